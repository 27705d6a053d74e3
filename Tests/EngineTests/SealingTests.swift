import Engine
import Ledger
import Testing

@Suite("Sealing")
struct SealingTests {
    @Test(
        "Digests are SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func sha256(text: String, expected: String) {
        #expect(Digest(hashing: Array(text.utf8)).description == expected)
    }

    @Test("A Merkle root depends on every leaf, on their order and on their number")
    func merkle() {
        let leaves = (0..<7).map { Digest(hashing: [UInt8($0)]) }
        #expect(Digest(merkleRootOf: []) == .zero)
        #expect(Digest(merkleRootOf: [leaves[0]]) == leaves[0])
        let pair = Digest(hashing: [1] + leaves[0].bytes + leaves[1].bytes)
        #expect(Digest(merkleRootOf: [leaves[0], leaves[1]]) == pair)
        #expect(
            Digest(merkleRootOf: [leaves[0], leaves[1], leaves[2]])
                == Digest(hashing: [1] + pair.bytes + leaves[2].bytes))
        var roots = Set((0...7).map { Digest(merkleRootOf: Array(leaves.prefix($0))) })
        roots.insert(Digest(merkleRootOf: leaves.reversed()))
        for index in leaves.indices {
            var changed = leaves
            changed[index] = .zero
            roots.insert(Digest(merkleRootOf: changed))
        }
        #expect(roots.count == 16)
    }

    @Test("A key is random, tells its role, and is known by its digest")
    func keys() {
        var generator = SystemRandomNumberGenerator()
        let key = APIKey(for: .pos, using: &generator)
        let other = APIKey(for: .pos, using: &generator)
        #expect(key.text.hasPrefix("kz_pos_"))
        #expect(key.text.count == 7 + 64)
        #expect(key.digest != other.digest)
        #expect(APIKey(key.text).digest.equalsInConstantTime(key.digest))
        #expect(!key.digest.equalsInConstantTime(other.digest))
    }
}
