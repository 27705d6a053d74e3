/// Rules that run together for a time, with money set aside for them.
public struct Campaign: Hashable, Sendable {
    public let id: String
    public let title: LocalizedText
    public let effective: EffectivePeriod
    public let budget: Budget?
    public let holdout: Holdout?

    /// The most that a campaign may pay over all members.
    public struct Budget: Hashable, Sendable {
        /// What happens to an award that is more than what is left.
        public enum Shortage: String, Hashable, Sendable, CaseIterable {
            /// It pays what is left.
            case partial
            /// It pays nothing; a smaller award may still fit.
            case skip
        }

        /// In the smallest unit of the currency that the campaign's rules pay into; at least 1.
        public let points: Int64
        public let whenShort: Shortage
    }

    /// Members who are kept out on purpose, so that the effect of the campaign can be measured.
    public struct Holdout: Hashable, Sendable {
        /// Of 100 members.
        public let percent: Int64
        /// Another salt keeps other members out.
        public let salt: String

        /// Whether a member is kept out: the same answer for ever.
        ///
        /// The salt, a zero byte and the id are hashed by FNV-1a with 64 bits (Fowler, Noll and Vo; RFC 9923), whose
        /// bits are then mixed by the finalizer of MurmurHash3 (Appleby), since FNV leaves the low ones uneven.
        public func keepsOut(_ member: String) -> Bool {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            func take(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            for byte in salt.utf8 { take(byte) }
            take(0)
            for byte in member.utf8 { take(byte) }
            hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
            hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
            hash ^= hash >> 33
            return Int64(hash % 100) < percent
        }
    }
}
