import Crypto
import Engine
import Foundation
import JSON
import MemoryStore
import ServerSupport
import TestSupport
import Testing
import Time

/// Allowances as tills use them: with the token, the public key, and nobody to ask.
@Suite struct AllowanceTests {
    private static let program = Programs.coffee.replacing("rules:\n", with: "redemption: { allowances: {} }\nrules:\n")

    private static func bytes(_ text: Substring) -> Data {
        let padded = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: padded + String(repeating: "=", count: (4 - padded.utf8.count % 4) % 4)) ?? Data()
    }

    private static func drawing(_ key: String = "draw", points: Int = 8) -> String {
        #"{"idempotency_key":"\#(key)","member":"m-1","store":"market","terminal":"t1","points":\#(points)}"#
    }

    private static func settling(_ token: String, key: String = "settle", used: Int = 3) -> String {
        #"{"idempotency_key":"\#(key)","token":\#(quoted(token)),"used":\#(used),"#
            + #""occurred_at":"2026-05-16T10:00:00+09:00"}"#
    }

    /// A server with a member who has ten beans.
    private static func start() async throws -> TestServer {
        let server = try await TestServer.start(program)
        let till = try Till(server)
        #expect(try till.ask("member.enroll", enrolling("m-1")).result != nil)
        #expect(try till.ask("purchase.post", purchasing("m-1", receipt: "1", amount: 1000)).result != nil)
        return server
    }

    @Test("a till believes a token by the key that the server told, and the server believes it back")
    func roundTrip() async throws {
        let server = try await Self.start()
        let socket = try Till(server, as: nil)
        let hello = try #require(try socket.ask("session.hello", Till.hello(server.key(.pos))).result)
        let jwk = try #require(hello["allowance_keys"]?[0])
        #expect(jwk["kty"]?.string == "OKP" && jwk["crv"]?.string == "Ed25519")
        let result = try #require(try socket.ask("allowance.draw", Self.drawing()).result)
        let token = try #require(result["token"]?.string)

        // What any library for tokens does.
        let parts = token.split(separator: ".")
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: Self.bytes(Substring(jwk["x"]?.string ?? "")))
        #expect(key.isValidSignature(Self.bytes(parts[2]), for: Data("\(parts[0]).\(parts[1])".utf8)))
        let header = try JSONDocument(Array(Self.bytes(parts[0]))).root
        #expect(header["alg"]?.string == "EdDSA" && header["kid"]?.string == jwk["kid"]?.string)
        let claims = try JSONDocument(Array(Self.bytes(parts[1]))).root
        #expect(claims["sub"]?.string == "m-1" && claims["points"]?.int64 == 8 && claims["currency"]?.string == "beans")
        #expect(claims["store"]?.string == "market" && claims["terminal"]?.string == "t1")
        #expect(claims["exp"]?.int64 == EngineHarness.start.milliseconds / 1000 + 86_400)
        #expect(claims["jti"]?.string == result["allowance"]?.string)

        // Drawn again by the same call, it is the same token.
        #expect(try socket.ask("allowance.draw", Self.drawing()).result?["token"]?.string == token)
        let settled = try #require(try socket.ask("allowance.settle", Self.settling(token)).result)
        #expect(settled["used"]?.int64 == 3 && settled["released"]?.int64 == 5)
        #expect(settled["balances"]?["beans"]?["available"]?.int64 == 7)
        let twice = try socket.ask("allowance.settle", Self.settling(token, key: "twice"))
        #expect(twice.type == "hold-not-open")
        try await server.stop()
    }

    @Test("a token that was changed, or is somebody else's, is not accepted")
    func foreign() async throws {
        let server = try await Self.start()
        let till = try Till(server)
        let token = try #require(try till.ask("allowance.draw", Self.drawing()).result?["token"]?.string)
        let parts = token.split(separator: ".").map(String.init)
        let other = try await Self.start()
        let elsewhere = try #require(
            try Till(other).ask("allowance.draw", Self.drawing(points: 7)).result?["token"]?.string)
        let more = Data(#"{"iss":"coffee","jti":"1-3","points":9999}"#.utf8).base64EncodedString()
            .replacing("=", with: "")
        let wrong = [
            elsewhere, "\(parts[0]).\(more).\(parts[2])", "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])",
            elsewhere.split(separator: ".").prefix(2).joined(separator: ".") + "." + parts[2], "abc",
        ]
        for (number, token) in wrong.enumerated() {
            let answer = try till.ask("allowance.settle", Self.settling(token, key: "k\(number)"))
            #expect(answer.type == "token-not-accepted", "\(token)")
        }
        #expect(try till.ask("allowance.settle", Self.settling(token)).result != nil)
        try await server.stop()
        try await other.stop()
    }

    @Test("when the signing key was stolen, a running server ends it, and an allowance of it is settled by its number")
    func stolenKey() async throws {
        let server = try await Self.start()
        let till = try Till(server)
        let drawn = try #require(try till.ask("allowance.draw", Self.drawing()).result)
        let (token, number) = (try #require(drawn["token"]?.string), try #require(drawn["allowance"]?.string))
        _ = server.store.rotateSigningKey(
            SigningKeyRotation(endsEarlier: true, at: EngineHarness.start, by: .commandLine))
        func keys() throws -> [String] {
            let hello = try Till(server, as: nil).ask("session.hello", Till.hello(server.key(.pos))).result
            return hello?["allowance_keys"]?.elements.compactMap { $0["kid"]?.string } ?? []
        }
        while try keys() != ["2"] { try await Task.sleep(for: .milliseconds(50)) }
        let refused = try till.ask("allowance.settle", Self.settling(token, key: "by token"))
        #expect(refused.type == "token-not-accepted")
        let settled = try till.ask(
            "allowance.settle",
            #"{"idempotency_key":"by number","allowance":"\#(number)","used":3,"#
                + #""occurred_at":"2026-05-16T10:00:00+09:00"}"#)
        #expect(settled.result?["released"]?.int64 == 5)
        let next = try till.ask("allowance.draw", Self.drawing("next", points: 2)).result?["token"]?.string
        let header = try #require(next).split(separator: ".")[0]
        #expect(try JSONDocument(Array(Self.bytes(header))).root["kid"]?.string == "2")
        try await server.stop()
    }

    @Test("who offers none, or has too few points, is told so")
    func refusals() async throws {
        let server = try await Self.start()
        let till = try Till(server)
        #expect(
            try till.ask("allowance.draw", Self.drawing(points: 11)).type
                == "insufficient-points")
        #expect(try till.ask("allowance.settle", #"{"idempotency_key":"k","used":1}"#).code == -32602)
        try await server.stop()

        let plain = try await TestServer.start()
        let other = try Till(plain)
        #expect(try other.ask("member.enroll", enrolling("m-1")).result != nil)
        #expect(
            try other.ask("allowance.draw", Self.drawing()).type == "allowance-not-possible")
        try await plain.stop()
    }

    @Test("a key that is bound to stores settles what was drawn for these, and nothing else")
    func otherStore() async throws {
        let server = try await Self.start()
        let till = try Till(server)
        let token = try #require(try till.ask("allowance.draw", Self.drawing()).result?["token"]?.string)
        let admin = try Till(server, as: .admin)
        func bound(to store: String) throws -> Till {
            let made = try admin.ask(
                "client.create",
                #"{"idempotency_key":"\#(store)","name":"\#(store)","role":"pos","stores":["\#(store)"]}"#)
            let till = try Till(server, as: nil)
            _ = try till.ask("session.hello", Till.hello(try #require(made.result?["api_key"]?.string)))
            return till
        }
        let refused = try bound(to: "tokyo-01").ask("allowance.settle", Self.settling(token, key: "s1", used: 0))
        #expect(refused.type == "other-store")
        #expect(refused.detail == "it belongs to the store market; this key is for tokyo-01")
        #expect(try bound(to: "market").ask("allowance.settle", Self.settling(token, key: "s2")).result != nil)
        try await server.stop()
    }
}
