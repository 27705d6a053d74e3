import JSON
import Testing

@testable import kizuna

/// Lines of a file as purchases, and what is said about those that are none.
@Suite struct PurchaseReaderTests {
    private static let own = PurchaseReader(.own)

    private static func mapped(
        _ change: (inout PurchaseMapping) -> Void = { _ in }, extra: String = "store=shop,"
    ) throws -> PurchaseReader {
        var mapping = PurchaseMapping(
            map: try FieldMap(
                "member=who,receipt=basket,occurred_at=when,items=lines,item.amount=cents,item.sku=product,"
                    + "item.quantity=pieces,item.category=kind,item.tax=vat,\(extra)item.tags=dept,item.tags=labels"))
        mapping.currency = "USD"
        change(&mapping)
        return PurchaseReader(.mapped(mapping))
    }

    private func params(_ reader: PurchaseReader, _ line: String) throws -> String {
        String(decoding: try reader.params(of: Array(line.utf8)), as: UTF8.self)
    }

    private func reasons(_ reader: PurchaseReader, _ line: [UInt8]) -> [String] {
        do throws(Rejection) {
            return [String(decoding: try reader.params(of: line), as: UTF8.self)]
        } catch {
            return error.reasons
        }
    }

    // MARK: Our own format

    private static let rest = #""occurred_at":"2026-05-16T10:00:00+09:00","currency":"JPY","items":[{"amount":5}]}"#

    @Test func aLineWithAKeyIsTakenAsItIs() throws {
        let line = #"{"idempotency_key": "k", "card":"1","store":"s","receipt":"1", "# + Self.rest
        #expect(try params(Self.own, line) == line)
    }

    @Test func aMissingKeyIsMadeOfTheReceipt() throws {
        let start = #"{"card":"1","store":"s 1","terminal":"t","receipt":"é","#
        #expect(
            try params(Self.own, start + Self.rest)
                == #"{"idempotency_key":"import/s%201/t/%C3%A9","# + (start + Self.rest).dropFirst())
    }

    @Test(
        arguments: [
            ("", ["not JSON: there is no value at byte 0"]),
            ("{", ["not JSON: the text ends in the middle of a value at byte 1"]),
            (#"{"card":"1","card":"2"}"#, ["not JSON: the object has this member twice at byte 12"]),
            ("[]", ["must be an object, not an array"]),
            ("7", ["must be an object, not a number"]),
            (
                "{}",
                [
                    "store is required", "receipt is required", "occurred_at is required", "currency is required",
                    "items is required", "exactly one of member, card, phone, email, external, unclaimed must be given",
                ]
            ),
            (#"{"card":"1","store":7,"receipt":"1","# + rest, ["store must be a string"]),
            (
                #"{"card":"1","stor":"s","receipt":"1","# + rest,
                ["stor is not known here; did you mean store?", "store is required"]
            ),
            (
                #"{"card":"1","phone":"2","store":"s","receipt":"1","# + rest,
                ["exactly one of member, card, phone, email, external, unclaimed must be given"]
            ),
            (
                #"{"card":"1","store":"s","receipt":"1","occurred_at":"yesterday","currency":"yen","items":[{},{"amount":-1}]}"#,
                [
                    "occurred_at must be an RFC 3339 date-time such as 2026-05-16T10:00:00+09:00",
                    "currency must be capital letters A to Z only", "items[0].amount is required",
                    "items[1].amount must be at least 0",
                ]
            ),
        ] as [(String, [String])])
    func ownLinesAreRejectedWithEveryReason(line: String, reasons: [String]) {
        #expect(self.reasons(Self.own, Array(line.utf8)) == reasons)
    }

    @Test func bytesThatAreNoTextAreRejected() {
        #expect(reasons(Self.own, [0x22, 0xFF, 0x22]) == ["not JSON: the bytes are not valid UTF-8 at byte 1"])
    }

    // MARK: Mapped lines

    @Test func foreignFieldsFindTheirPlaces() throws {
        let line = #"""
            {"who":900,"shop":330,"basket":31198570044,"when":"2017-01-01T06:53:26-05:00","ignored":[1],"lines":[
            {"product":"0110","pieces":0,"cents":0,"dept":"PASTRY","labels":["a","","b"],"kind":"ROLLS"},
            {"product":7,"cents":250,"vat":20,"dept":null,"kind":""}]}
            """#
        #expect(
            try params(Self.mapped(), line.replacing("\n", with: "")) == """
                {"idempotency_key":"import/330//31198570044","card":"900","store":"330","receipt":"31198570044",\
                "occurred_at":"2017-01-01T06:53:26-05:00","currency":"USD","items":[\
                {"sku":"0110","category":"ROLLS","tags":["PASTRY","a","b"],"quantity":0,"amount":0},\
                {"sku":"7","category":"","amount":250,"tax":20}]}
                """)
    }

    private static let line = #"""
        {"who":"9","shop":"s","basket":"1","when":"2017-01-01T06:53:26-05:00","lines":[{"cents":1}]}
        """#

    @Test(arguments: [
        (PurchaseMapping.MemberName.card, "HH-", #""card":"HH-9""#), (.card, "", #""card":"9""#),
        (.member, "", #""member":"9""#), (.phone, "", #""phone":"9""#), (.email, "", #""email":"9""#),
    ])
    func membersAreNamedAsAsked(name: PurchaseMapping.MemberName, prefix: String, param: String) throws {
        let reader = try Self.mapped {
            $0.memberName = name
            $0.cardPrefix = prefix
        }
        #expect(try params(reader, Self.line).contains(param))
    }

    @Test func theStoreMayBeTheSameForAll() throws {
        let reader = try Self.mapped({ $0.store = "annex" }, extra: "terminal=shop,")
        #expect(try params(reader, Self.line).contains(#""store":"annex","terminal":"s""#))
    }

    @Test(
        arguments: [
            (#""who":"9""#, #""x":1"#, ["who is missing"]),
            (#""who":"9""#, #""who":null"#, ["who is missing"]),
            (#""who":"9""#, #""who":true"#, ["who must be text or an integer, not a boolean"]),
            (#""who":"9""#, #""who":1.5"#, ["who must be text or an integer, not 1.5"]),
            (#""who":"9""#, #""who":"""#, ["who must have at least 1 bytes"]),
            (#""shop":"s","basket":"1""#, #""x":1"#, ["shop is missing", "basket is missing"]),
            (
                #""when":"2017-01-01T06:53:26-05:00""#, #""when":"2017-01-01 06:53""#,
                ["when must be an RFC 3339 date-time such as 2026-05-16T10:00:00+09:00"]
            ),
            (#"[{"cents":1}]"#, #"{"cents":1}"#, ["lines must be an array, not an object"]),
            (#"[{"cents":1}]"#, "[]", ["lines must have at least 1 elements"]),
            (#"[{"cents":1}]"#, #"[{"cents":1},7]"#, ["lines[1] must be an object, not a number"]),
            (#"{"cents":1}"#, #"{"cent":1}"#, ["lines[0].cents is missing"]),
            (#"{"cents":1}"#, #"{"cents":1.5}"#, ["lines[0].cents must be an integer of 64 bits, not 1.5"]),
            (#"{"cents":1}"#, #"{"cents":"1"}"#, ["lines[0].cents must be an integer of 64 bits, not a string"]),
            (#"{"cents":1}"#, #"{"cents":1},{"cents":-1}"#, ["lines[1].cents must be at least 0"]),
            (#"{"cents":1}"#, #"{"cents":1,"labels":[1.5]}"#, ["lines[0].labels must be text or a list of texts"]),
            (#"{"cents":1}"#, #"{"cents":1,"vat":-2}"#, ["lines[0].vat must be at least 0"]),
        ] as [(String, String, [String])])
    func foreignLinesAreRejectedInTheirOwnWords(part: String, replacement: String, reasons: [String]) throws {
        let line = Self.line.replacing(part, with: replacement)
        #expect(line != Self.line)
        #expect(try self.reasons(Self.mapped(), Array(line.utf8)) == reasons)
    }

    @Test(arguments: [
        ("/params", ""), ("/params/card", "card"), ("/params/items/0/amount", "items[0].amount"),
        ("/params/items/12/tags/3", "items[12].tags[3]"), ("/params/external/a~1b~0c", "external.a/b~c"),
    ])
    func pointersBecomePlaces(pointer: String, place: String) {
        #expect(Rejection.place(pointer) == place)
    }
}
