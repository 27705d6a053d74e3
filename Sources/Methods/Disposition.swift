public import Engine
import JSON
public import Loyalty
public import RPC

/// What a call comes to once its params are read.
public enum Disposition: Sendable {
    /// It is answered already.
    case reply([UInt8])
    /// It is refused already.
    case fail(RPCError)
    /// It opened the session.
    case welcome(Session, [UInt8])
    /// The engine has to carry it out.
    case command(Cause, Command)
    /// The engine has to carry several out, and answer them together.
    case commands(CommandGroup)
    /// The engine has to look something up.
    case query(Query.Body)
    /// The engine has to do it apart from commands and queries.
    case errand(Errand.Body)
    /// The engine has to work something out that takes seconds.
    case longQuery(Query.LongBody)
}

/// Who is at the other end of a connection, once `session.hello` has told.
public struct Session: Sendable {
    public let id: String
    public let client: Client
    /// What the client proved itself by; once that is no longer valid, the session is not either.
    public let proof: ClientProof
    /// The address at the other end, if it is known.
    public private(set) var origin: String?

    init(id: String, client: Client, proof: ClientProof, origin: String? = nil) {
        self.id = id
        self.client = client
        self.proof = proof
        self.origin = origin
    }

    /// Who it is, for the audit trail.
    public var author: Author { Author(client: client.number, name: client.name, origin: origin) }

    /// The same session with its address.
    public func from(_ origin: String?) -> Session {
        var session = self
        session.origin = origin
        return session
    }
}

/// What belongs to a method besides its description: who may call it, and what it does.
public struct Handling: Sendable {
    /// Who may call a method.
    public enum Access: Sendable {
        /// Everyone, even before `session.hello`.
        case anyone
        /// Clients with one of these roles.
        case roles(Set<Role>)
    }

    public let access: Access
    /// The param that lists what is to be done, one call's worth an element; `nil` where a call is a call.
    public let chargedPerElementOf: String?
    public let handle: @Sendable (Request) throws(RPCError) -> Disposition

    public init(
        _ access: Access, chargedPerElementOf list: String? = nil,
        _ handle: @escaping @Sendable (Request) throws(RPCError) -> Disposition
    ) {
        self.access = access
        self.chargedPerElementOf = list
        self.handle = handle
    }

    /// How many calls a call counts for.
    func charge(_ params: JSONValue?) -> Int {
        guard let chargedPerElementOf, let list = params?[chargedPerElementOf] else { return 1 }
        return max(1, list.count)
    }

    /// Whether a role may call the method.
    public func isOpen(to role: Role) -> Bool {
        switch access {
        case .anyone: true
        case .roles(let roles): roles.contains(role)
        }
    }

    func authorize(_ session: Session?) throws(RPCError) {
        if case .anyone = access { return }
        guard let session else {
            var error = RPCError.notAuthenticated
            error.detail =
                "say session.hello with an API key first; over HTTP the key goes along as Authorization: Bearer"
            throw error
        }
        guard isOpen(to: session.client.role) else {
            var error = RPCError.notPermitted
            let roles = Role.allCases.filter(isOpen).map(\.rawValue).joined(separator: ", ")
            error.detail = "the key has the role \(session.client.role.rawValue); this takes one of: \(roles)"
            throw error
        }
    }
}
