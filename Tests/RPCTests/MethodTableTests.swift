import JSON
import RPC
import Testing

@Suite struct MethodTableTests {
    private static let reference = NamedSchema(
        "MemberReference",
        .object(
            [
                .optional("member", .string(bytes: 1...64), "The id."),
                .optional("card", .string(bytes: 1...64), "A card."),
            ],
            exactlyOneOf: [["member", "card"]]))

    private static let table = MethodTable<Int>([
        .init(
            Method(
                "points.adjust", "Corrects a balance by hand.",
                params: .object(
                    [
                        .optional("note", .text, "Why."),
                        .required("of", .named(reference), "Whose points."),
                        .required("points", .integer(-1000...1000), "How many."),
                        .optional("lot", .string(bytes: 1...8, .digits), "A lot."),
                        .optional("origin", .string(characters: 1...8), "An origin."),
                    ], exactlyOneOf: [["lot", "origin"]]),
                result: .object([.required("operation", .nullable(.text), "Its id.")]), changes: true,
                refusals: [RPCError(code: 1001, message: "Not enough points", type: "insufficient-points")],
                examples: [
                    .init(
                        "a gift", params: #"{"idempotency_key":"k","of":{"card":"9"},"points":5,"lot":"1"}"#,
                        result: #"{"operation":null}"#)
                ]), 1),
        .init(
            Method(
                "balance.get", "Tells a balance.",
                params: .object([.required("of", .named(reference), "Whose balance.")]),
                result: .map(keys: TextSchema(length: 1...32), values: .amount, count: 0...100)), 2),
        .init(Method("session.ping", "Keeps the line open.", result: .object([])), 3),
    ])

    private func call(_ method: String, _ params: String?) throws -> Call {
        var connection = LineConnection()
        connection.receive(
            #"{"jsonrpc":"2.0","id":1,"method":"\#(method)"\#(params.map { ",\"params\":\($0)" } ?? "")}"# + "\n")
        return try connection.takeCall()
    }

    private func error(_ method: String, _ params: String?) throws -> RPCError? {
        let call = try call(method, params)
        do throws(RPCError) {
            _ = try Self.table.resolve(call)
            return nil
        } catch {
            return error
        }
    }

    @Test("a call finds what is attached to its method")
    func attachment() throws {
        #expect(try Self.table.resolve(call("session.ping", nil)).attachment == 3)
        #expect(try Self.table.resolve(call("session.ping", "{}")).attachment == 3)
        #expect(try Self.table.resolve(call("balance.get", #"{"of":{"member":"m"}}"#)).attachment == 2)
        #expect(Self.table["balance"] == nil)
    }

    @Test(
        "an unknown method is refused, with a hint when it is nearly known",
        arguments: [
            ("balance.gte", "did you mean balance.get?"), ("Balance.Get", "did you mean balance.get?"),
            ("balance_get", "did you mean balance.get?"), ("session.pong", "did you mean session.ping?"),
            ("something.else", nil), ("", nil),
        ] as [(String, String?)])
    func unknown(name: String, detail: String?) throws {
        let error = try error(name, nil)
        #expect(error?.code == RPCCode.methodNotFound)
        #expect(error?.detail == detail)
    }

    @Test("a method that changes something needs an idempotency key")
    func idempotency() throws {
        let error = try error("points.adjust", #"{"of":{"card":"9"},"points":5,"origin":"x"}"#)
        #expect(error?.code == RPCCode.invalidParams)
        #expect(error?.problems == [Problem(pointer: "/params/idempotency_key", detail: "is required")])
    }

    @Test("parameters that are missing altogether are missing one by one")
    func missing() throws {
        let error = try error("balance.get", nil)
        #expect(error?.problems == [Problem(pointer: "/params/of", detail: "is required")])
        #expect(
            try self.error("balance.get", "[]")?.problems == [Problem(pointer: "/params", detail: "must be an object")])
    }

    @Test(
        "positions stand for names where a method says so",
        arguments: [
            ("[42,23]", []), (#"{"subtrahend":23,"minuend":42}"#, []),
            ("[42]", ["/params/subtrahend: is required"]),
            (#"["a",1]"#, ["/params/0: must be an integer"]),
            ("[1,2,3]", ["/params: must have at most 2 elements"]),
            ("[]", ["/params/minuend: is required", "/params/subtrahend: is required"]),
        ] as [(String, [String])])
    func positions(params: String, problems: [String]) throws {
        let method = try #require(Fixture.table["subtract"]?.method)
        let given = try JSONDocument(Array(params.utf8)).root
        #expect(method.check(given).map { "\($0.pointer): \($0.detail)" } == problems)
        if problems.isEmpty {
            #expect(method.arguments(given)["minuend"]?.int64 == 42)
            #expect(method.arguments(given)["subtrahend"]?.int64 == 23)
            #expect(method.arguments(given)["other"] == nil)
            #expect(method.arguments(nil)["minuend"] == nil)
        }
    }

    @Test("examples are checked against their own schemas")
    func examples() {
        #expect(Self.table.exampleProblems().isEmpty)
        #expect(Fixture.table.exampleProblems().isEmpty)
        let wrong = MethodTable<Int>([
            .init(
                Method(
                    "m", "A method.", params: .object([.required("a", .integer, "A.")]), result: .boolean,
                    examples: [.init("one", params: "{}", result: "1"), .init("two", params: "{", result: "true")]), 0)
        ])
        #expect(
            wrong.exampleProblems().map { "\($0.method) \($0.problem.pointer) \($0.problem.detail)" } == [
                "m /params/a is required", "m /result must be a boolean",
                "m /params the text ends in the middle of a value at byte 1",
            ])
    }

    @Test("the description has every method, parameter, schema and example of the table")
    func description() throws {
        let document = OpenRPC(title: "Kizuna", version: "1.0", description: "Points.").document(of: Self.table) {
            entry, writer in
            writer.key("x-number")
            writer.int(entry.attachment)
        }
        let root = try JSONDocument(document).root
        #expect(root["openrpc"]?.string == "1.3.2")
        #expect(root["info"]?["title"]?.string == "Kizuna")
        let methods = try #require(root["methods"])
        #expect(methods.elements.map { $0["name"]?.string } == ["points.adjust", "balance.get", "session.ping"])
        #expect(methods.elements.map { $0["x-number"]?.int64 } == [1, 2, 3])
        #expect(methods.elements.map { $0["x-changes"]?.bool } == [true, false, false])
        let adjust = try #require(methods[0])
        let params = try #require(adjust["params"])
        #expect(
            params.elements.map { $0["name"]?.string } == ["idempotency_key", "of", "points", "note", "lot", "origin"])
        #expect(params.elements.map { $0["required"]?.bool } == [true, true, true, false, false, false])
        #expect(adjust["description"]?.string == "Exactly one of lot, origin must be given.")
        #expect(adjust["paramStructure"]?.string == "by-name")
        #expect(adjust["errors"]?[0]?["code"]?.int64 == 1001)
        #expect(
            adjust["examples"]?[0]?["params"]?.elements.map { $0["name"]?.string }
                == ["idempotency_key", "of", "points", "lot"])
        #expect(adjust["examples"]?[0]?["result"]?["value"]?["operation"]?.isNull == true)
        #expect(root["components"]?["schemas"]?.members.map(\.key.string) == ["MemberReference"])
        let subtract = try JSONDocument(OpenRPC(title: "t", version: "1", description: "d").document(of: Fixture.table))
            .root["methods"]?[0]
        #expect(subtract?["paramStructure"]?.string == "either")
        #expect(subtract?["params"]?.elements.map { $0["name"]?.string } == ["minuend", "subtrahend"])
    }

    @Test(
        "schemas are written as JSON Schema",
        arguments: [
            (
                .string(bytes: 1...255, .printableASCII),
                #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[ -~]*$"}"#
            ),
            (.string(bytes: 4...8), #"{"type":"string","minLength":1,"maxLength":8}"#),
            (.string(characters: 4...8), #"{"type":"string","minLength":4,"maxLength":8}"#),
            (.text, #"{"type":"string"}"#),
            (.choice(["a", "b"]), #"{"type":"string","enum":["a","b"]}"#),
            (.dateTime, #"{"type":"string","format":"date-time"}"#),
            (.date, #"{"type":"string","format":"date"}"#),
            (.integer, #"{"type":"integer"}"#),
            (.integer(-1...5), #"{"type":"integer","minimum":-1,"maximum":5}"#),
            (.amount, #"{"type":"integer","minimum":0}"#),
            (.number, #"{"type":"number"}"#),
            (.boolean, #"{"type":"boolean"}"#),
            (.anything, "{}"),
            (
                .array(of: .integer, count: 1...3),
                #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}"#
            ),
            (.nullable(.boolean), #"{"anyOf":[{"type":"boolean"},{"type":"null"}]}"#),
            (.named(reference), ##"{"$ref":"#/components/schemas/MemberReference"}"##),
            (
                .map(keys: TextSchema(length: 1...8, form: .digits), values: .integer, count: 0...9),
                #"{"type":"object","propertyNames":{"minLength":1,"maxLength":8,"pattern":"^[0-9]*$"},"additionalProperties":{"type":"integer"},"maxProperties":9}"#
            ),
            (
                .object(
                    [
                        .required("a", .integer, "An a."), .optional("b", .named(reference), "A b."),
                        .optional("c", .text, "A c."),
                    ], exactlyOneOf: [["b", "c"]]),
                ##"{"type":"object","properties":{"a":{"type":"integer","description":"An a."},"b":{"allOf":[{"$ref":"#/components/schemas/MemberReference"}],"description":"A b."},"c":{"type":"string","description":"A c."}},"required":["a"],"additionalProperties":false,"allOf":[{"oneOf":[{"required":["b"]},{"required":["c"]}]}]}"##
            ),
        ] as [(Schema, String)])
    func jsonSchema(schema: Schema, text: String) {
        var writer = JSONWriter()
        schema.writeJSONSchema(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
    }

    @Test("results may have more than is described, calls and what both share may not")
    func openResults() throws {
        let shared = NamedSchema("Shared", .object([.required("a", .integer, "An a.")]))
        let told = NamedSchema("Told", .object([.required("b", .integer, "A b.")]))
        let method = Method(
            "m", "One.", params: .object([.required("shared", .named(shared), "One.")]),
            result: .object([.required("told", .named(told), "One."), .required("shared", .named(shared), "One.")]))
        let text = OpenRPC(title: "t", version: "1", description: "d").document(of: MethodTable([.init(method, 0)]))
        let document = try JSONDocument(text).root
        #expect(document["components"]?["schemas"]?["Shared"]?["additionalProperties"]?.bool == false)
        #expect(document["components"]?["schemas"]?["Told"]?["additionalProperties"] == nil)
        #expect(document["methods"]?[0]?["result"]?["schema"]?["additionalProperties"] == nil)
    }

    @Test("two methods of one name are a mistake of the programmer")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            _ = MethodTable<Int>([
                .init(Method("m", "One.", result: .anything), 0), .init(Method("m", "Two.", result: .anything), 0),
            ])
        }
    }
}
