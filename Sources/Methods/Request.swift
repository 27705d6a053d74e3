import Engine
import JSON
import Ledger
import Loyalty
import RPC
import Rules
import Time

/// A call whose params fit its method's schema.
public struct Request: Sendable {
    let method: Method
    public let params: Params
    /// The params as they came, for the fingerprint.
    let raw: JSONValue?
    let session: Session?
    /// What the caller showed on its TLS connection.
    let certificate: ClientProof?
    let surroundings: Service.Surroundings
    /// The OpenRPC document.
    let description: [UInt8]
    let ignoredNotifications: Int

    /// Results in the words of the program that is in force now.
    var shapes: ResultShapes { ResultShapes(surroundings.ruleSet) }

    /// A point currency by its name, or the one that is meant where none is named: the first spendable one.
    func currency(_ name: String?) -> CurrencyID {
        let program = surroundings.ruleSet.program
        return CurrencyID(name ?? program.defaultCurrency.map { program.currencies[$0].id } ?? "")
    }

    /// Who asks, and the fingerprint of what is asked: SHA-256 of the method and the canonical params.
    func cause() -> Cause {
        var content = Array(method.name.utf8)
        content.append(0)
        if let raw { content += CanonicalJSON.bytes(of: raw, omitting: [Method.idempotencyKey.name]) }
        return Cause(
            client: session?.client.number ?? 0, idempotencyKey: ExactText(params.text("idempotency_key")),
            fingerprint: Digest(hashing: content))
    }

    /// The same request for one call of another method.
    func one(of method: Method, _ params: JSONValue) -> Request {
        Request(
            method: method, params: Params(method.arguments(params)), raw: params, session: session,
            certificate: certificate, surroundings: surroundings, description: description,
            ignoredNotifications: ignoredNotifications)
    }

    /// Who asks, for the audit trail.
    var author: Author {
        session?.author ?? Author(client: nil, name: "")
    }

    /// A query about the member that the params name, as the member is at that moment, told in the words of the program
    /// that is in force then.
    func aboutMember(
        _ answer: @escaping @Sendable (ResultShapes, MemberState, any StoreReader, Instant) throws -> [UInt8]
    ) -> Disposition {
        aboutRecordedMember { state, reader, book, now in
            try answer(ResultShapes(book.inForce(at: now)), state.advanced(to: now, under: book), reader, now)
        }
    }

    /// A query about the member that the params name, as last recorded: what fell due since is not applied.
    func aboutRecordedMember(
        _ answer: @escaping @Sendable (MemberState, any StoreReader, RuleBook, Instant) throws -> [UInt8]
    ) -> Disposition {
        let identifier = params.member()
        let rules = surroundings.rules
        return .query { reader, now in
            guard let number = try reader.owner(of: identifier), let state = try reader.state(of: number) else {
                return .refused(.memberUnknown(identifier.kind))
            }
            return .answered(result: try answer(state, reader, rules.book, now))
        }
    }
}
