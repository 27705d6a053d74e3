import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// `client.*`: who may connect.
enum ClientMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(create, Handling(.roles(.admins)) { request throws(RPCError) in try create(request) }),
        .init(list, Handling(.roles(.admins)) { request throws(RPCError) in try list(request) }),
        .init(rotate, Handling(.roles(.admins)) { request throws(RPCError) in try rotate(request) }),
        .init(revoke, Handling(.roles(.admins)) { request throws(RPCError) in revoke(request) }),
    ]

    /// How long an earlier key goes on beside the new one, unless somebody says otherwise.
    private static let usualOverlapMs: Int64 = 24 * 3600 * 1000

    // MARK: Descriptions

    private static let number = Field.required("client", .integer(1 ... .max), "The client's number.")
    private static let certificate = Field.optional(
        "certificate_sha256", .string(bytes: 64...64, .identifier),
        "SHA-256 of a certificate in DER, in lower-case hexadecimal: it becomes the key, and no secret is made.")
    private static let expiresAt = Field.optional(
        "expires_at", .dateTime, "The first instant at which the key opens nothing any more; never where left out.")
    private static let apiKey = Field.optional(
        "api_key", .text, "The secret, told this once; absent for a certificate and in a repeated answer.")

    private static let key = Schema.named(
        NamedSchema(
            "ClientKey",
            .object([
                .required("key", .text, "What the audit trail calls it: the beginning of its digest."),
                .required("kind", .choice(ClientKey.Kind.allCases.map(\.rawValue)), "A secret or a certificate."),
                .required("valid", .boolean, "Whether it opens a session now."),
                .required("created_at", .dateTime, "Since when."),
                .optional("expires_at", .dateTime, "Until when."),
            ])))

    private static let client: [Field] = [
        .required("client", .amount, "Its number."),
        .required("name", .text, "What it is called."),
        .required("role", .choice(Role.allCases.map(\.rawValue)), "What it may do."),
        .optional("stores", .array(of: .text), "The stores it may post for; absent where it may for all."),
        .required("created_at", .dateTime, "Since when it is known."),
        .optional("revoked_at", .dateTime, "From when on it may not connect any more."),
        .required("keys", .array(of: key), "Every key it ever had, oldest first."),
    ]

    private static let create = Method(
        "client.create", "Lets a till, a shop or a tool connect.",
        params: .object([
            .required("name", .string(bytes: 1...255), "What it is called in logs and lists."),
            .required("role", .choice(Role.allCases.map(\.rawValue)), "What it may do."),
            .optional(
                "stores", .array(of: .string(bytes: 1...64), count: 1...1000),
                "The stores it may post for; all of them where left out."),
            expiresAt, certificate,
        ]),
        result: .object(client + [apiKey, ResultSchemas.replayed]), changes: true,
        refusals: [.keyReused, .keyTaken],
        examples: [
            .init(
                "A till of one store",
                params: #"""
                    {"idempotency_key":"office/clients/7","name":"till 3","role":"pos","stores":["tokyo-01"]}
                    """#,
                result: #"""
                    {"client":7,"name":"till 3","role":"pos","stores":["tokyo-01"],
                    "created_at":"2026-05-16T10:00:00+09:00","keys":[{"key":"9f86d081884c","kind":"secret",
                    "valid":true,"created_at":"2026-05-16T10:00:00+09:00"}],
                    "api_key":"kz_pos_0123","replayed":false}
                    """#)
        ])

    private static let list = Method(
        "client.list", "Lists who may connect, and who might once.",
        params: .object([
            .optional("limit", .integer(1...500), "How many clients at most; 500 where it is left out."),
            .optional("cursor", .string(bytes: 1...19, .digits), "The `next_cursor` of the page before."),
        ]),
        result: .object([
            .required("clients", .array(of: .object(client)), "By number."),
            .optional("next_cursor", .text, "Where the next page begins; absent on the last one."),
        ]),
        examples: [
            .init(
                "The first one", params: #"{"limit":1}"#,
                result: #"""
                    {"clients":[{"client":1,"name":"till 1","role":"pos","created_at":"2026-05-16T10:00:00+09:00",
                    "keys":[{"key":"9f86d081884c","kind":"secret","valid":true,
                    "created_at":"2026-05-16T10:00:00+09:00"}]}],"next_cursor":"1"}
                    """#)
        ])

    private static let rotate = Method(
        "client.rotate", "Gives a client a new key; the one before goes on for a while.",
        params: .object([
            number,
            .optional(
                "overlap_ms", .integer(0...366 * 24 * 3600 * 1000),
                "How long the key before is still valid; a day where left out, 0 where it has leaked."),
            expiresAt, certificate,
        ]),
        result: .object(client + [apiKey, ResultSchemas.replayed]), changes: true,
        refusals: [.keyReused, .clientUnknown, .clientRevoked, .keyTaken],
        examples: [
            .init(
                "A new key, the one before for an hour more",
                params: #"{"idempotency_key":"office/clients/8","client":1,"overlap_ms":3600000}"#,
                result: #"""
                    {"client":1,"name":"till 1","role":"pos","created_at":"2026-05-16T10:00:00+09:00",
                    "keys":[{"key":"9f86d081884c","kind":"secret","valid":true,
                    "created_at":"2026-05-16T10:00:00+09:00","expires_at":"2026-05-16T11:00:00+09:00"},
                    {"key":"60303ae22b99","kind":"secret","valid":true,"created_at":"2026-05-16T10:00:00+09:00"}],
                    "api_key":"kz_pos_0123","replayed":false}
                    """#)
        ])

    private static let revoke = Method(
        "client.revoke", "Ends every key of a client for ever, and its sessions within a second.",
        params: .object([number]), result: .object(client + [ResultSchemas.replayed]), changes: true,
        refusals: [.keyReused, .clientUnknown],
        examples: [
            .init(
                "A till that was stolen", params: #"{"idempotency_key":"office/clients/9","client":1}"#,
                result: #"""
                    {"client":1,"name":"till 1","role":"pos","created_at":"2026-05-16T10:00:00+09:00",
                    "revoked_at":"2026-05-16T12:00:00+09:00","keys":[{"key":"9f86d081884c","kind":"secret",
                    "valid":false,"created_at":"2026-05-16T10:00:00+09:00"}],"replayed":false}
                    """#)
        ])

    // MARK: Doing it

    private static func create(_ request: Request) throws(RPCError) -> Disposition {
        guard let role = Role(rawValue: request.params.text("role")) else {
            preconditionFailure("the schema requires a role")
        }
        let stores = request.params.texts("stores").map { ExactText($0) }
        let own = request.session?.client.stores ?? []
        guard stores.areWithin(own) else {
            throw .otherStore([
                Problem(pointer: "/params/stores", detail: "must be some of this key's own stores: \(own.enumeration)")
            ])
        }
        let (key, secret) = try newKey(request, for: role)
        let action = ClientChange.Action.add(name: request.params.text("name"), role: role, stores: stores, key: key)
        return change(request, action, secret: secret)
    }

    private static func rotate(_ request: Request) throws(RPCError) -> Disposition {
        let number = request.params["client"]?.int64 ?? 0
        // The role is part of a secret's beginning only, so that a person sees what a key is for.
        let role = request.surroundings.clients.role(of: number) ?? .pos
        let (key, secret) = try newKey(request, for: role)
        let overlapMs = request.params["overlap_ms"]?.int64 ?? usualOverlapMs
        return change(request, .rotate(client: number, key: key, overlapMs: overlapMs), secret: secret)
    }

    private static func revoke(_ request: Request) -> Disposition {
        change(request, .revoke(client: request.params["client"]?.int64 ?? 0), secret: nil)
    }

    private static func newKey(
        _ request: Request, for role: Role
    ) throws(RPCError) -> (key: ClientChange.NewKey, secret: APIKey?) {
        var expiresAt: Instant?
        if let time = request.params["expires_at"] {
            let instant = try Instant(param: time, at: "/params/expires_at")
            guard instant > request.surroundings.clock() else {
                throw .invalidParams([Problem(pointer: "/params/expires_at", detail: "must be later than now")])
            }
            expiresAt = instant
        }
        if let text = request.params.optionalText("certificate_sha256") {
            guard let digest = Digest(hexadecimal: text) else {
                throw .invalidParams([
                    Problem(pointer: "/params/certificate_sha256", detail: "must have 64 hexadecimal digits")
                ])
            }
            return (ClientChange.NewKey(kind: .certificate, digest: digest, expiresAt: expiresAt), nil)
        }
        var generator = SystemRandomNumberGenerator()
        let secret = APIKey(for: role, using: &generator)
        return (ClientChange.NewKey(digest: secret.digest, expiresAt: expiresAt), secret)
    }

    private static func change(_ request: Request, _ action: ClientChange.Action, secret: APIKey?) -> Disposition {
        let cause = request.cause()
        let (author, rules, clients) = (request.author, request.surroundings.rules, request.surroundings.clients)
        let own = request.session?.client.stores ?? []
        return .errand { store, clock in
            if let number = action.client,
                let client = try store.read({ try $0.clients() }).first(where: { $0.number == number }),
                !client.stores.areWithin(own)
            {
                return .unanswerable(RPCError.otherClient(client, ownStores: own))
            }
            let now = clock()
            let change = ClientChange(action, at: now, by: author, request: KeyedRequest(cause))
            let outcome = try store.changeClients(change)
            try clients.catchUp(with: store)
            let results = ClientResults(zone: rules.book.inForce(at: now).program.zone, now: now)
            switch outcome {
            case .done(let client):
                return .accepted(result: results.client(client, secret: secret), replayed: false)
            case .repeated(let client):
                return .accepted(result: results.client(client, secret: nil), replayed: true)
            case .keyReused(let client): return .unanswerable(RPCError.keyReused(by: client))
            case .unknownClient: return .unanswerable(RPCError.clientUnknown)
            case .revoked: return .unanswerable(RPCError.clientRevoked)
            case .digestTaken: return .unanswerable(RPCError.keyTaken)
            }
        }
    }

    private static func list(_ request: Request) throws(RPCError) -> Disposition {
        let limit = Int(request.params["limit"]?.int64 ?? 500)
        guard let last = Int64(request.params.optionalText("cursor") ?? "0") else {
            throw .invalidParams([
                Problem(pointer: "/params/cursor", detail: "must be the next_cursor of an earlier page")
            ])
        }
        let rules = request.surroundings.rules
        return .query { reader, now in
            let page = try reader.clients().drop { $0.number <= last }
            let shown = Array(page.prefix(limit))
            let results = ClientResults(zone: rules.book.inForce(at: now).program.zone, now: now)
            return .answered(result: results.list(shown, next: page.count > limit ? shown.last?.number : nil))
        }
    }
}

extension ClientChange.Action {
    /// The client that is there already.
    fileprivate var client: Int64? {
        switch self {
        case .add: nil
        case .rotate(let client, _, _), .revoke(let client): client
        }
    }
}

extension [ExactText] {
    /// Whether whoever is bound to these stores reaches no further than whoever is bound to others; bound to none is
    /// bound to nothing.
    fileprivate func areWithin(_ others: [ExactText]) -> Bool {
        others.isEmpty || (!isEmpty && allSatisfy(others.contains))
    }
}
