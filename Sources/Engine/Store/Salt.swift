import Ledger
public import Loyalty
import Synchronization

import struct Crypto.SymmetricKey
import struct Crypto.SymmetricKeySize

/// 16 random bytes that the fingerprint of a call is mixed with before it is recorded.
///
/// A fingerprint is the SHA-256 of what was asked, names and cards included, and the digests of history cover it, so it
/// stays for ever. The salt lies beside the answer, is covered by nothing and goes with the answer; without it nobody can
/// find out by trying which card gives the fingerprint.
public struct Salt: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 16 bytes, of which a store keeps it; `nil` for any other number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(0..<8), low: word(8..<16))
    }

    public var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).reversed().map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }
}

/// Draws salts; `nil` for a fingerprint that is recorded as it is.
public typealias SaltSource = @Sendable () -> Salt?

extension Salt {
    /// Draws from the system's generator, as many at a time as a batch needs: calling it takes longer than the rest.
    public static func systemSource() -> SaltSource {
        let drawn = Mutex<[Salt]>([])
        return {
            drawn.withLock { drawn in
                if drawn.isEmpty { drawn = draw(Lane.batchLimit) }
                return drawn.removeLast()
            }
        }
    }

    private static func draw(_ count: Int) -> [Salt] {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 128)).withUnsafeBytes { bytes in
            (0..<count).map { index in
                Salt(
                    high: bytes.loadUnaligned(fromByteOffset: index * 16, as: UInt64.self),
                    low: bytes.loadUnaligned(fromByteOffset: index * 16 + 8, as: UInt64.self))
            }
        }
    }
}

extension Digest {
    /// The fingerprint as it is recorded with a salt.
    func mixed(with salt: Salt) -> Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(48)
        bytes.append(bigEndian: salt.high)
        bytes.append(bigEndian: salt.low)
        append(to: &bytes)
        return Digest(hashing: bytes)
    }
}

extension Cause {
    /// The same with its fingerprint as it is recorded.
    public func mixed(with salt: Salt?) -> Cause {
        guard let salt else { return self }
        return Cause(client: client, idempotencyKey: idempotencyKey, fingerprint: fingerprint.mixed(with: salt))
    }
}
