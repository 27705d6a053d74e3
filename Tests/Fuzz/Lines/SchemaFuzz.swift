/// Whatever params are, they fit or are told what is wrong, and what fits can be read.
enum SchemaFuzz {
    private static let element = Schema.object([
        .required("sku", .string(bytes: 1...8, .identifier), "A name."),
        .optional("amount", .integer(0...1000), "A number."),
        .optional("tags", .array(of: .string(characters: 0...4), count: 0...3), "Texts."),
    ])

    private static let method = Method(
        "fuzz.try", "Takes a field of every kind.",
        params: .object(
            [
                .required("items", .array(of: element, count: 1...5), "A list."),
                .optional("at", .dateTime, "A time."), .optional("day", .date, "A day."),
                .optional("kind", .choice(["pos", "web", "é"]), "A word."),
                .optional("share", .number, "A number."), .optional("sure", .boolean, "Whether."),
                .optional("note", .nullable(.string(bytes: 0...16, .printableASCII)), "A text or nothing."),
                .optional(
                    "more",
                    .map(keys: TextSchema(length: 1...4), values: .named(NamedSchema("E", element)), count: 0...4),
                    "Anything."),
                .optional("card", .string(bytes: 1...9, .digits), "One name."),
                .optional("phone", .string(characters: 1...9, .capitals), "Another."),
                .optional("rest", .anything, "Anything."),
            ], exactlyOneOf: [["card", "phone"]]), order: ["items", "card"], result: .anything, changes: true)

    static func run(_ bytes: [UInt8]) {
        guard let root = try? JSONDocument(bytes, maxDepth: 40).root else { return }
        let problems = method.check(root)
        promise(problems.count <= 20, "problems are counted", bytes)
        for problem in problems {
            promise(problem.pointer.hasPrefix("/params"), "a problem has a place: \(problem.pointer)", bytes)
            promise(!problem.detail.isEmpty && problem.pointer.utf8.count < 4096, "a problem is told in short", bytes)
        }
        guard problems.isEmpty else { return }
        let arguments = method.arguments(root)
        promise((1...5) ~= arguments["items"]?.count ?? 0, "what fits has its items", bytes)
        promise((arguments["card"] == nil) != (arguments["phone"] == nil), "what fits has one name", bytes)
        promise(arguments["idempotency_key"]?.string != nil, "what fits has its key", bytes)
    }
}
