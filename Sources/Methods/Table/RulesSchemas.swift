import RPC
import Rules

/// The shapes of what `rules.*` takes and gives.
enum RulesSchemas {
    static let document = Field.required(
        "document", .string(bytes: 1...(1 << 20)), "The program document, YAML or JSON, as its author wrote it.")
    static let version = Schema.integer(1 ... .max)
    static let note = Field.required(
        "note", .string(bytes: 1...1000), "Why, for whoever reads the list of rule sets later.")
    static let effectiveFrom = Field.optional(
        "effective_from", .dateTime,
        "From when it is in force; never past. A second from now where it is left out.")
    static let supersedes = Field.optional(
        "supersedes", .array(of: version, count: 1...1000),
        "The versions still to come that shall never be in force: all that would begin later than this one.")

    static let ruleSet: [Field] = [
        .required("version", .amount, "1, 2, 3 … in the order of publishing."),
        .required(
            "effective_from", .dateTime, "The first instant at which it is in force, unless it is superseded before."),
        .required("published_at", .dateTime, "When it was published."),
        .required("author", .text, "Who published it."),
        .required("note", .text, "Why."),
        .required("sha256", .text, "SHA-256 of the document, in hexadecimal."),
    ]

    static let warnings = Field.required(
        "warnings", .array(of: .text), "What was probably not meant, and what is easily overlooked.")

    static let changes = Field.required(
        "changes",
        .array(
            of: .object([
                .required("kind", .choice(DocumentChange.Kind.allCases.map(\.rawValue)), "What became of it."),
                .required("path", .text, "Where, such as rules[base].earn.points."),
                .optional("before", .text, "What the earlier document says, on one line."),
                .optional("after", .text, "What the later one says, on one line."),
            ])), "What the documents say differently.")

    static let publication = Schema.object(
        ruleSet + [
            .optional(
                "supersedes", .array(of: .amount), "The versions that will never be in force because of it, if any."),
            warnings, changes, ResultSchemas.replayed,
        ])

    static let review = Schema.object([
        .required("ok", .boolean, "Whether the document can be published."),
        .optional("program", .text, "The program's id, where the document has no errors."),
        .required(
            "problems",
            .array(
                of: .object([
                    .required("severity", .choice(["error", "warning"]), "Errors keep it from being published."),
                    .required("line", .amount, "Counted from 1."),
                    .required("column", .amount, "Counted from 1, in characters."),
                    .required("path", .text, "Where in the document, such as rules[2].earn.per."),
                    .required("message", .text, "What is wrong."),
                    .optional("hint", .text, "What to write instead."),
                ])), "Everything that is wrong, in the order of the document."),
        .required(
            "tests",
            .array(
                of: .object([
                    .required("name", .text, "The test's name."),
                    .required("line", .amount, "Where it stands."),
                    .required("passed", .boolean, "Whether all is as it expects."),
                    .required(
                        "differences",
                        .array(
                            of: .object([
                                .required("what", .text, "What was compared."),
                                .required("expected", .text, "What the test expects."),
                                .required("actual", .text, "What the rules gave."),
                            ])), "What is not as it expects."),
                ])), "What came of the document's own tests."),
        warnings,
        Field.optional("changes", changes.schema, "What it changes against the newest rule set."),
    ])
}
