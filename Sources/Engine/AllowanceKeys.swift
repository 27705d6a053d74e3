import Crypto
import Foundation
import Synchronization
public import Time

// What lets a till believe an allowance without asking: a signature. Tokens are JSON Web Tokens signed with Ed25519
// (RFC 7519, RFC 8037), which any language has a library for, and the public keys are told as JSON Web Keys.

/// A key that signs, as a store keeps it.
public struct SigningKey: Hashable, Sendable {
    /// 1, 2, 3 …; the greatest one signs.
    public let number: Int64
    public let createdAt: Instant
    /// The 32 bytes of an Ed25519 private key.
    public let secret: [UInt8]

    public init(number: Int64, createdAt: Instant, secret: [UInt8]) {
        self.number = number
        self.createdAt = createdAt
        self.secret = secret
    }
}

/// A new key that signs, behind those that are there.
public struct SigningKeyRotation: Sendable {
    private let secret: [UInt8]
    /// Whether the keys before it end. What they signed is worth nothing from then on: that is for a key that has leaked.
    public let endsEarlier: Bool
    private let at: Instant
    private let author: Author

    /// Draws a key.
    public init(endsEarlier: Bool, at instant: Instant, by author: Author) {
        secret = Array(Curve25519.Signing.PrivateKey().rawRepresentation)
        self.endsEarlier = endsEarlier
        at = instant
        self.author = author
    }

    /// The key behind those that are there.
    public func key(behind earlier: [SigningKey]) -> SigningKey {
        SigningKey(number: (earlier.map(\.number).max() ?? 0) + 1, createdAt: at, secret: secret)
    }

    /// What the audit trail says of it.
    public func auditNote(behind earlier: [SigningKey]) -> AuditNote {
        let ended = endsEarlier ? earlier.map { "\($0.number)" }.joined(separator: ", ") : ""
        return AuditNote(
            at: at, author: author, action: .rotateSigningKey, subject: "signing key \(key(behind: earlier).number)",
            details: ended.isEmpty ? [] : [AuditNote.Detail("ended", ended)])
    }
}

/// The keys of a store: the newest one signs, and every one of them verifies.
public final class AllowanceKeys: Sendable {
    /// A public key by its name.
    public struct PublicKey: Hashable, Sendable {
        public let name: String
        /// The 32 bytes as base64url.
        public let text: String
    }

    private typealias Named = (name: String, key: Curve25519.Signing.PrivateKey)

    private let keys: Mutex<[Named]>

    /// - Parameter stored: by number.
    /// - Throws: `StoreError` for what is no key.
    public init(_ stored: [SigningKey]) throws {
        keys = Mutex(try Self.named(stored))
    }

    /// The keys of a store, of which the first one is made where there is none.
    public convenience init(of store: any Store, at now: Instant) throws {
        if try store.read({ try $0.signingKeys() }).isEmpty {
            let secret = Curve25519.Signing.PrivateKey().rawRepresentation
            // Another server may have been first; then its key counts.
            try store.addSigningKey(SigningKey(number: 1, createdAt: now, secret: Array(secret)))
        }
        try self.init(try store.read { try $0.signingKeys() })
    }

    /// Learns what changed since.
    ///
    /// - Throws: `StoreError`; then the keys stay as they are.
    public func catchUp(with store: any Store) throws {
        let stored = try store.read { try $0.signingKeys() }
        let isKnown = keys.withLock { $0.map(\.name) } == stored.map { "\($0.number)" }
        guard !isKnown else { return }
        let fresh = try Self.named(stored)
        keys.withLock { $0 = fresh }
    }

    private static func named(_ stored: [SigningKey]) throws -> [Named] {
        try stored.map { stored in
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: stored.secret) else {
                throw StoreError(.corrupt, "the signing key \(stored.number) is not one")
            }
            return ("\(stored.number)", key)
        }
    }

    /// Every public key, the newest one last.
    public var publicKeys: [PublicKey] {
        keys.withLock(\.self).map {
            PublicKey(name: $0.name, text: Array($0.key.publicKey.rawRepresentation).base64URL)
        }
    }

    /// A token that says what JSON says; `nil` where there is no key.
    public func token(saying payload: [UInt8]) -> String? {
        guard let (name, key) = keys.withLock({ $0.last }) else { return nil }
        let header = Array(#"{"alg":"EdDSA","typ":"JWT","kid":"\#(name)"}"#.utf8)
        let signed = "\(header.base64URL).\(payload.base64URL)"
        guard let signature = try? key.signature(for: Array(signed.utf8)) else { return nil }
        return "\(signed).\(Array(signature).base64URL)"
    }

    /// The JSON that a token says; `nil` for one that none of the keys has signed.
    ///
    /// What the header says of the algorithm does not matter: there is only one.
    public func payload(of token: String) -> [UInt8]? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = [UInt8](base64URL: parts[2]),
            let payload = [UInt8](base64URL: parts[1])
        else { return nil }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        return keys.withLock(\.self).contains { $0.key.publicKey.isValidSignature(signature, for: signed) }
            ? payload : nil
    }
}

extension [UInt8] {
    /// As base64url without padding (RFC 4648, 5).
    fileprivate var base64URL: String {
        Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Reads base64url without padding; `nil` for anything else, padding and other spellings of the same bytes included.
    fileprivate init?(base64URL text: Substring) {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding) else {
            return nil
        }
        self.init(data)
        guard base64URL == text else { return nil }
    }
}
