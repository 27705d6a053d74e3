public import Ledger
public import Loyalty
import Time

import struct Crypto.SHA256

// How history is sealed: every operation's digest covers the member's operation before it, and one block per batch
// covers all of the batch's digests and the writer's block before it. Changing, removing or adding a row afterwards
// breaks a chain; only cutting off the newest end does not, which takes something outside to notice.

extension Digest {
    /// SHA-256 of some bytes.
    public init(hashing bytes: [UInt8]) {
        self.init(SHA256.hash(data: bytes))
    }

    private init(_ digest: SHA256.Digest) {
        let words = digest.withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            )
        }
        self.init(words: words)
    }

    /// The root of a Merkle tree over digests in order; `zero` for none.
    ///
    /// A node is SHA-256 of the byte 1 and its two children; a node without a sibling moves up as it is. Leaves are
    /// operation digests, whose hashed form starts with a length, so a node can never pass for a leaf.
    public init(merkleRootOf leaves: [Digest]) {
        var level = leaves
        var node: [UInt8] = []
        while level.count > 1 {
            var next: [Digest] = []
            next.reserveCapacity((level.count + 1) / 2)
            for index in stride(from: 0, to: level.count - 1, by: 2) {
                node.removeAll(keepingCapacity: true)
                node.append(1)
                level[index].append(to: &node)
                level[index + 1].append(to: &node)
                next.append(Digest(hashing: node))
            }
            if level.count % 2 == 1 { next.append(level[level.count - 1]) }
            level = next
        }
        self = level.first ?? .zero
    }
}

extension Operation {
    /// The digest of this operation behind the member's operation before it.
    public func digest(after previous: Digest) -> Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        encode(after: previous, into: &bytes)
        return Digest(hashing: bytes)
    }
}

extension Block {
    /// The digest to which the writer's next block is chained.
    public var digest: Digest {
        var bytes: [UInt8] = []
        bytes.append(lengthPrefixed: "kizuna.block.v1")
        previous.append(to: &bytes)
        bytes.append(bigEndian: writer.value)
        bytes.append(bigEndian: number)
        root.append(to: &bytes)
        bytes.append(bigEndian: count)
        bytes.append(bigEndian: recordedAt.milliseconds)
        if newestRuleSet > 0 {
            bytes.append(lengthPrefixed: "newest rule set")
            bytes.append(bigEndian: newestRuleSet)
        }
        return Digest(hashing: bytes)
    }
}
