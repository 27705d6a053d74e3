import Engine
import Foundation
import Time

/// The server that one command starts, for people who want to try.
enum Demo {
    static let folder = "kizuna-demo"
    static let program = "rules/coffee.yaml"

    /// One key for each role; none where somebody has a key already.
    static func makeKeys(in store: any Store) throws -> [(role: Role, key: APIKey)] {
        guard try store.read({ try $0.clients() }).isEmpty else { return [] }
        var generator = SystemRandomNumberGenerator()
        return try Role.allCases.map { role in
            let key = APIKey(for: role, using: &generator)
            _ = try store.addClient(
                NewClient(
                    name: "demo \(role.rawValue)", role: role, keyDigest: key.digest, createdAt: Startup.clock(),
                    author: .operatingUser))
            return (role, key)
        }
    }

    /// What a newcomer reads: the keys, and lines to paste.
    static func guide(port: Int, keys: [(role: Role, key: APIKey)], database: String) -> String {
        guard let shop = keys.first(where: { $0.role == .shop }) else {
            return """

                The keys of this demo were shown when it was made. Make another one with
                  kizuna client create --database \(database) --role shop "my shop"
                or delete the folder \(folder) and start again.
                """
        }
        let names = keys.map {
            "  \($0.role.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)) \($0.key.text)"
        }
        return """

            Keys, shown this once:
            \(names.joined(separator: "\n"))

            Try it: run  nc 127.0.0.1 \(port)  in another terminal and paste these lines
            \(conversation(key: shop.key).joined(separator: "\n"))

            Ctrl-C ends the server.
            """
    }

    private static func conversation(key: APIKey) -> [String] {
        let now = Startup.clock().rfc3339
        return [
            #"{"jsonrpc":"2.0","id":1,"method":"session.hello","params":{"client":"nc","protocol":{"min":"1.0","max":"1.0"},"auth":{"api_key":"\#(key.text)"}}}"#,
            #"{"jsonrpc":"2.0","id":2,"method":"member.enroll","params":{"idempotency_key":"demo/1","name":"絆 太郎","identifiers":[{"card":"9001 2345"}]}}"#,
            #"{"jsonrpc":"2.0","id":3,"method":"purchase.post","params":{"idempotency_key":"tokyo-01/t3/55","card":"9001 2345","store":"tokyo-01","terminal":"t3","receipt":"55","occurred_at":"\#(now)","currency":"JPY","items":[{"sku":"latte","category":"drink","quantity":2,"amount":1210,"tax":110}]}}"#,
            #"{"jsonrpc":"2.0","id":4,"method":"balance.get","params":{"card":"9001 2345"}}"#,
            #"{"jsonrpc":"2.0","id":5,"method":"tier.get","params":{"card":"9001 2345"}}"#,
        ]
    }
}
