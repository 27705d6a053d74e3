import JSON
import RPC
import TestSupport
import Testing

@Suite struct SchemaTests {
    private static let item = NamedSchema(
        "Item",
        .object([
            .required("sku", .string(bytes: 1...64, .identifier), "What was sold."),
            .optional("category", .string(characters: 1...16), "Its category."),
            .required("quantity", .integer(1...9999), "How many."),
            .required("amount", .amount, "What was paid, in minor units."),
        ]))

    private static let purchase = Schema.object(
        [
            .required("idempotency_key", .string(bytes: 1...255, .printableASCII), "Names the call."),
            .optional("member", .string(bytes: 1...64), "The member's id."),
            .optional("card", .string(bytes: 1...64), "A card number."),
            .optional("phone", .string(bytes: 1...32), "A phone number."),
            .required("store", .string(bytes: 1...64, .identifier), "The store."),
            .optional("channel", .choice(["pos", "web", "app"]), "Where it was sold."),
            .required("occurred_at", .dateTime, "The till's time."),
            .optional("day", .date, "The business day."),
            .required("currency", .string(bytes: 3...3, .capitals), "ISO 4217."),
            .required("items", .array(of: .named(item), count: 1...3), "What was sold."),
            .optional(
                "attributes",
                .map(keys: TextSchema(length: 1...8, form: .digits), values: .nullable(.boolean), count: 0...2), "More."
            ),
            .optional("weight", .number, "Grams."),
            .optional("extra", .anything, "Anything."),
        ],
        exactlyOneOf: [["member", "card", "phone"]])

    private static let valid = #"""
        {"idempotency_key":"t3/55 ~","card":"9001 2345","store":"tokyo-01","channel":"pos",
        "occurred_at":"2026-05-16T10:00:00+09:00","day":"2024-02-29","currency":"JPY",
        "items":[{"sku":"latte","category":"飲み物","quantity":2,"amount":0},{"sku":"x.y_z:1/2-3","quantity":1,"amount":9223372036854775807}],
        "attributes":{"1":true,"22":null},"weight":1.5,"extra":{"any":[null]}}
        """#

    private func check(_ text: String, _ schema: Schema = purchase) throws -> [String] {
        schema.check(try JSONDocument(Array(text.utf8)).root).map { "\($0.pointer): \($0.detail)" }
    }

    @Test("a good purchase has no problems")
    func good() throws {
        #expect(try check(Self.valid) == [])
        #expect(
            try check(
                #"{"items":[{"amount":1,"quantity":1,"sku":"a"}],"currency":"USD","occurred_at":"2026-05-16t10:00:00z","store":"s","phone":"+81 90","idempotency_key":" "}"#
            ) == [])
    }

    /// Each row changes the good purchase in one place.
    @Test(
        "one thing wrong is one problem at its place",
        arguments: [
            (#""t3/55 ~""#, #""""#, "/params/idempotency_key: must have at least 1 bytes"),
            (#""t3/55 ~""#, #""é""#, "/params/idempotency_key: must be printable ASCII"),
            (#""t3/55 ~""#, #""a\u007f""#, "/params/idempotency_key: must be printable ASCII"),
            (#""t3/55 ~""#, "5", "/params/idempotency_key: must be a string"),
            (#""t3/55 ~""#, "null", "/params/idempotency_key: must be a string"),
            (
                #""tokyo-01""#, #""-tokyo""#,
                "/params/store: must be letters, digits and . _ : / - only, beginning with a letter or digit"
            ),
            (
                #""tokyo-01""#, #""to kyo""#,
                "/params/store: must be letters, digits and . _ : / - only, beginning with a letter or digit"
            ),
            (#""pos""#, #""pso""#, "/params/channel: must be one of pos, web, app; did you mean pos?"),
            (#""pos""#, #""telephone""#, "/params/channel: must be one of pos, web, app"),
            (#""pos""#, "[]", "/params/channel: must be a string"),
            ("+09:00", "", "/params/occurred_at: must be an RFC 3339 date-time such as 2026-05-16T10:00:00+09:00"),
            (#""2026-05-16T10:00:00+09:00""#, "1778893200", "/params/occurred_at: must be a string"),
            ("2024-02-29", "2023-02-29", "/params/day: must be a date such as 2026-05-16"),
            ("JPY", "JP", "/params/currency: must have at least 3 bytes"),
            ("JPY", "jpy", "/params/currency: must be capital letters A to Z only"),
            ("JPY", "JPYY", "/params/currency: must have at most 3 bytes"),
            (#""quantity":2"#, #""quantity":0"#, "/params/items/0/quantity: must be at least 1"),
            (#""quantity":2"#, #""quantity":10000"#, "/params/items/0/quantity: must be at most 9999"),
            (
                #""quantity":2"#, #""quantity":2.0"#,
                "/params/items/0/quantity: must be an integer of 64 bits without fraction or exponent"
            ),
            (#""quantity":2"#, #""quantity":"2""#, "/params/items/0/quantity: must be an integer"),
            (
                "9223372036854775807", "9223372036854775808",
                "/params/items/1/amount: must be an integer of 64 bits without fraction or exponent"
            ),
            ("飲み物", "あいうえおかきくけこさしすせそたち", "/params/items/0/category: must have at most 16 characters"),
            (#""sku":"latte","#, "", "/params/items/0/sku: is required"),
            (#""sku":"latte","#, #""sku":"latte","prize":1,"#, "/params/items/0/prize: is not known here"),
            (
                #""sku":"latte","#, #""sku":"latte","qauntity":1,"#,
                "/params/items/0/qauntity: is not known here; did you mean quantity?"
            ),
            (#""sku":"latte","#, #""sku":"latte","a/b~c":1,"#, "/params/items/0/a~1b~0c: is not known here"),
            (#""weight":1.5"#, #""weight":"1.5""#, "/params/weight: must be a number"),
            (#""1":true"#, #""1":1"#, "/params/attributes/1: must be a boolean"),
            (#""1":true"#, #""x":true"#, "/params/attributes/x: the name must be digits only"),
            (#""1":true"#, #""1":true,"3":true"#, "/params/attributes: must have at most 2 members"),
            (#""card":"9001 2345","#, "", "/params: exactly one of member, card, phone must be given"),
            (
                #""card":"9001 2345","#, #""card":"9","phone":"1","#,
                "/params: exactly one of member, card, phone must be given"
            ),
            (
                #""card":"9001 2345""#, #""kard":"9001 2345","member":"m""#,
                "/params/kard: is not known here; did you mean card?"
            ),
            (#"{"any":[null]}"#, "0,\"Store\":1", "/params/Store: is not known here; did you mean store?"),
        ])
    func oneProblem(old: String, new: String, problem: String) throws {
        try #require(Self.valid.contains(old))
        #expect(try check(Self.valid.replacing(old, with: new, maxReplacements: 1)) == [problem])
    }

    @Test("whole values of the wrong kind are one problem", arguments: ["null", "1", "\"x\"", "[]", "true"])
    func wrongKind(text: String) throws {
        #expect(try check(text) == ["/params: must be an object"])
        let inside = Self.valid.replacing(
            #"{"sku":"x.y_z:1/2-3","quantity":1,"amount":9223372036854775807}"#, with: text)
        #expect(try check(inside) == ["/params/items/1: must be an object"])
    }

    @Test(
        "lists are counted",
        arguments: [("[]", "must have at least 1 elements"), ("[1,1,1,1]", "must have at most 3 elements")])
    func counts(text: String, problem: String) throws {
        #expect(try check(text, .array(of: .integer, count: 1...3)) == ["/params: \(problem)"])
    }

    @Test("all problems come at once, up to twenty")
    func many() throws {
        #expect(
            try check(#"{"items":[{}],"currency":1}"#) == [
                "/params/items/0/sku: is required", "/params/items/0/quantity: is required",
                "/params/items/0/amount: is required", "/params/currency: must be a string",
                "/params/idempotency_key: is required", "/params/store: is required",
                "/params/occurred_at: is required",
                "/params: exactly one of member, card, phone must be given",
            ])
        let wrong = "[" + Array(repeating: "true", count: 1000).joined(separator: ",") + "]"
        let problems = try check(wrong, .array(of: .integer))
        #expect(problems.count == 20)
        #expect(problems.last == "/params/19: must be an integer")
        let unknown = "{" + (0..<1000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}"
        #expect(try check(unknown).count == 20)
    }

    @Test("a very long unknown name is not echoed whole")
    func longName() throws {
        let name = String(repeating: "n", count: 10_000)
        let problem = try check(#"{"\#(name)":1}"#, .object([]))
        #expect(problem == ["/params/\(name.prefix(64))…: is not known here"])
    }

    @Test("what is written escaped is checked unescaped")
    func escapes() throws {
        let escaped = Self.valid.replacing("card", with: "\\u0063ard").replacing("JPY", with: "\\u004aPY")
            .replacing("2026-05-16T", with: "2026\\u002d05-16T")
        #expect(try check(escaped) == [])
    }

    @Test("impossible objects are mistakes of the programmer")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            _ = ObjectSchema([.required("a", .integer, ""), .optional("a", .integer, "")])
        }
        await #expect(processExitsWith: .failure) {
            _ = ObjectSchema([.required("a", .integer, "")], exactlyOneOf: [["a"]])
        }
        await #expect(processExitsWith: .failure) {
            _ = ObjectSchema((0..<65).map { .optional("f\($0)", .integer, "") })
        }
    }
}

/// The date-time rows of the JSON Schema suite.
@Suite(.externalSuite("rfc3339/rfc3339-format.json"))
struct DateTimeSuiteTests {
    @Test("every date-time and date is judged as the suite judges it")
    func everyRow() throws {
        let rows = try JSONDocument(try ExternalSuites.bytes("rfc3339/rfc3339-format.json")).root
        var counts: [String: Int] = [:]
        for row in rows.elements {
            guard let format = row["format"]?.string, let input = row["input"], input.kind == .string else { continue }
            let schema: Schema
            switch format {
            case "date-time": schema = .dateTime
            case "date": schema = .date
            default: continue
            }
            counts[format, default: 0] += 1
            let isValid = schema.check(input).isEmpty
            #expect(isValid == row["valid"]?.bool, "\(row["description"]?.string ?? "") \(input.string ?? "")")
        }
        #expect(counts["date-time"] == 27)
        #expect((counts["date"] ?? 0) > 20)
    }
}
