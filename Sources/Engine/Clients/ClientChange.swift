public import Ledger
public import Time

// Who may connect changes a few times a year, so a change is decided by one pure function over all clients there are.
// Every store calls it inside the transaction that writes what comes out.

/// What an administrator wants to change about who may connect.
public struct ClientChange: Hashable, Sendable {
    /// A key about to be added.
    public struct NewKey: Hashable, Sendable {
        public let kind: ClientKey.Kind
        public let digest: Digest
        public let expiresAt: Instant?

        public init(kind: ClientKey.Kind = .secret, digest: Digest, expiresAt: Instant? = nil) {
            self.kind = kind
            self.digest = digest
            self.expiresAt = expiresAt
        }
    }

    /// What is to happen.
    public enum Action: Hashable, Sendable {
        case add(name: String, role: Role, stores: [ExactText], key: NewKey)
        /// A new key; the newest of those that are valid goes on for so many milliseconds, any other ends at once.
        case rotate(client: Int64, key: NewKey, overlapMs: Int64)
        /// No key opens anything any more, for ever.
        case revoke(client: Int64)
    }

    public let action: Action
    public let at: Instant
    public let author: Author
    /// How the call is recognised when it comes again; `nil` for callers that do not repeat.
    public let request: KeyedRequest?

    public init(_ action: Action, at instant: Instant, by author: Author, request: KeyedRequest? = nil) {
        self.action = action
        self.at = instant
        self.author = author
        self.request = request
    }
}

/// What came of a change.
public enum ClientOutcome: Hashable, Sendable {
    /// It is done, and the audit trail has an entry.
    case done(Client)
    /// It had been done before; nothing changed.
    case repeated(Client)
    /// The idempotency key made a key of this client, from other content.
    case keyReused(Client)
    /// There is no such client.
    case unknownClient
    /// The client was revoked, which is for ever.
    case revoked(Client)
    /// A client has this key already.
    case digestTaken
}

extension ClientChange {
    /// Decides the change on all clients, by number.
    public func outcome(among clients: [Client]) -> ClientOutcome {
        if let request, let known = clients.first(where: { $0.requests.contains { $0.key == request.key } }) {
            return known.requests.contains(request) ? .repeated(known) : .keyReused(known)
        }
        switch action {
        case .add(let name, let role, let stores, let key):
            guard !clients.contains(where: { $0.hasKey { $0.digest == key.digest } }) else { return .digestTaken }
            return .done(
                Client(
                    number: (clients.last?.number ?? 0) + 1, name: name, role: role, stores: stores, createdAt: at,
                    keys: [made(from: key)]))
        case .rotate(let number, let key, let overlapMs):
            guard var client = clients.first(where: { $0.number == number }) else { return .unknownClient }
            guard client.revokedAt == nil else { return .revoked(client) }
            guard !clients.contains(where: { $0.hasKey { $0.digest == key.digest } }) else { return .digestTaken }
            client.endKeys(at: at, newestAfterMs: overlapMs)
            client.keys.append(made(from: key))
            return .done(client)
        case .revoke(let number):
            guard var client = clients.first(where: { $0.number == number }) else { return .unknownClient }
            guard client.revokedAt == nil else { return .repeated(client) }
            client.revokedAt = at
            client.revocation = request
            return .done(client)
        }
    }

    private func made(from key: NewKey) -> ClientKey {
        ClientKey(kind: key.kind, digest: key.digest, createdAt: at, expiresAt: key.expiresAt, request: request)
    }

    /// What the audit trail says of the change once it is done.
    public func auditNote(of client: Client) -> AuditNote {
        var details = [AuditNote.Detail("name", client.name), AuditNote.Detail("role", client.role.rawValue)]
        switch action {
        case .add(_, _, let stores, let key):
            if !stores.isEmpty {
                details.append(AuditNote.Detail("store", stores.map(\.text).joined(separator: ", ")))
            }
            details += Self.details(of: key)
        case .rotate(_, let key, _):
            let earlier = client.keys.dropLast()
            details += Self.named("key_before", earlier.filter { $0.isValid(at: at) })
            details += client.keys.suffix(1).map { AuditNote.Detail("key", $0.name) }
            details += Self.details(of: key)
            if let end = earlier.last?.expiresAt {
                details.append(AuditNote.Detail("earlier_keys_expire_at", end.rfc3339))
            }
        case .revoke:
            details += Self.named("key_before", client.keys.filter { $0.isValid(at: at) })
        }
        return AuditNote(
            at: at, author: author, action: auditAction, subject: "client \(client.number)", details: details)
    }

    private var auditAction: AuditNote.Action {
        switch action {
        case .add: .addClient
        case .rotate: .rotateKey
        case .revoke: .revokeClient
        }
    }

    /// Keys under one name, since a detail's name is there once.
    private static func named(_ name: String, _ keys: [ClientKey]) -> [AuditNote.Detail] {
        keys.isEmpty ? [] : [AuditNote.Detail(name, keys.map(\.name).joined(separator: ", "))]
    }

    private static func details(of key: NewKey) -> [AuditNote.Detail] {
        var details: [AuditNote.Detail] = []
        if key.kind == .certificate { details.append(AuditNote.Detail("certificate_sha256", "\(key.digest)")) }
        if let end = key.expiresAt { details.append(AuditNote.Detail("expires_at", end.rfc3339)) }
        return details
    }
}

extension Client {
    /// The calls that made it what it is.
    fileprivate var requests: [KeyedRequest] { keys.compactMap(\.request) + [revocation].compactMap { $0 } }

    fileprivate func hasKey(_ condition: (ClientKey) -> Bool) -> Bool { keys.contains(where: condition) }

    /// Ends the newest valid key after a while and every other one now.
    fileprivate mutating func endKeys(at now: Instant, newestAfterMs overlapMs: Int64) {
        let newest = keys.lastIndex { $0.isValid(at: now) }
        for index in keys.indices where keys[index].isValid(at: now) {
            let end = index == newest ? now + overlapMs : now
            keys[index].expiresAt = min(keys[index].expiresAt ?? end, end)
        }
    }
}

// MARK: Adding one

/// A client about to be added to a store, with a secret that does not expire and for all stores.
public struct NewClient: Hashable, Sendable {
    public let name: String
    public let role: Role
    public let keyDigest: Digest
    public let createdAt: Instant
    /// Who adds it.
    public let author: Author

    public init(name: String, role: Role, keyDigest: Digest, createdAt: Instant, author: Author = .commandLine) {
        self.name = name
        self.role = role
        self.keyDigest = keyDigest
        self.createdAt = createdAt
        self.author = author
    }
}

extension Store {
    /// Adds a client and gives its number.
    ///
    /// - Throws: `StoreError`, also where another client has this key.
    public func addClient(_ client: NewClient) throws -> Int64 {
        let change = ClientChange(
            .add(name: client.name, role: client.role, stores: [], key: .init(digest: client.keyDigest)),
            at: client.createdAt, by: client.author)
        guard case .done(let added) = try changeClients(change) else {
            throw StoreError(.unavailable, "another client has this key")
        }
        return added.number
    }
}
