import JSON
import RPC
import TestSupport
import Testing

/// The examples and rules of JSON-RPC 2.0, run through the pure state machine.
@Suite(.externalSuite("json-rpc"))
struct ProtocolSuiteTests {
    @Test("every case is answered as expected", arguments: ["jsonrpc-2.0-spec-examples.json", "jsonrpc-rules.json"])
    func everyCase(file: String) throws {
        let cases = try JSONDocument(try ExternalSuites.bytes("json-rpc/\(file)")).root
        #expect(cases.count == (file.contains("spec") ? 15 : 39))
        for row in cases.elements {
            let name = try #require(row["name"]?.string)
            let send = try #require(row["send"]?.string)
            var fixture = Fixture()
            fixture.receive(bytes(send) + [UInt8(ascii: "\n")])
            // Behind every case a request is sent that must still be answered: the connection goes on.
            fixture.receive(#"{"jsonrpc":"2.0","id":"sentinel","method":"get_data"}"#.utf8)
            fixture.receive("\n".utf8)
            var replies = try Reply.read(fixture.output)
            #expect(replies.popLast() == .result(id: #""sentinel""#, #"["hello",5]"#), "\(name)")
            let expect = try #require(row["expect"])
            if expect.isNull {
                #expect(replies.isEmpty, "\(name)")
                continue
            }
            #expect(replies.count == 1, "\(name)")
            let reply = try #require(replies.first)
            let codes = row["codes"]?.elements.compactMap(\.int64).map { Int($0) }
            #expect(matches(reply, expect, codes), "\(name): \(reply)")
        }
    }

    private func bytes(_ text: String) -> [UInt8] {
        guard text.hasPrefix("hex:") else { return Array(text.utf8) }
        let digits = Array(text.dropFirst(4))
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    private func matches(_ reply: Reply, _ expect: JSONValue, _ codes: [Int]?) -> Bool {
        if expect.kind == .array {
            guard case .batch(var replies) = reply, replies.count == expect.count else { return false }
            for wanted in expect.elements {
                guard let index = replies.firstIndex(where: { matches($0, wanted, codes) }) else { return false }
                replies.remove(at: index)
            }
            return true
        }
        let wantedID = expect["id"].map { String(decoding: $0.rawText, as: UTF8.self) }
        switch reply {
        case .error(let id, let code):
            guard let wanted = expect["error"]?["code"]?.int64 else { return false }
            return (codes ?? [Int(wanted)]).contains(code) && (wantedID == #""?""# || wantedID == id)
        case .result(let id, let result):
            guard let wanted = expect["result"] else { return false }
            return result == String(decoding: CanonicalJSON.bytes(of: wanted), as: UTF8.self) && wantedID == id
        case .batch, .other: return false
        }
    }
}
