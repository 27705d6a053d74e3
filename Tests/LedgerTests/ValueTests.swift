import Ledger
import Testing

@Suite("The ledger's values")
struct ValueTests {
    @Test("Points add and subtract within 64 bits and no further")
    func points() {
        #expect(Points(2).plus(Points(3)) == Points(5))
        #expect(Points(.max).plus(Points(1)) == nil)
        #expect(Points(.min).minus(Points(1)) == nil)
        #expect(Points(3).minus(Points(5)) == Points(-2))
    }

    @Test("Texts are compared by their bytes and not by how they look")
    func exactText() {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        #expect(ExactText(composed) != ExactText(decomposed))
        #expect(Set([ExactText(composed), ExactText(decomposed), ExactText(composed)]).count == 2)
    }

    @Test("A digest is 32 bytes there and back")
    func digest() {
        let bytes = (0..<32).map { UInt8($0) }
        #expect(Digest(bytes)?.bytes == bytes)
        #expect(Digest(bytes.dropLast()) == nil)
        #expect(Digest(bytes + [32]) == nil)
        #expect(
            Digest(bytes)?.description == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
    }

    @Test("The hashed form is big endian with lengths, and tells absence from emptiness")
    func encoding() {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: Int64(-2))
        #expect(bytes == [255, 255, 255, 255, 255, 255, 255, 254])
        bytes = []
        bytes.append(lengthPrefixed: "絆")
        #expect(bytes == [0, 0, 0, 0, 0, 0, 0, 3, 0xE7, 0xB5, 0x86])
        bytes = []
        bytes.append(optional: nil as String?) { $0.append(lengthPrefixed: $1) }
        #expect(bytes == [0])
        bytes.append(optional: "") { $0.append(lengthPrefixed: $1) }
        #expect(bytes == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}
