/// Addresses that limits take for one caller: an IPv4 address, or the /64 of an IPv6 one, of which a single machine may
/// use any.
public enum AddressBlock: Hashable, Sendable {
    case ipv4(UInt32)
    case ipv6(UInt64)
    /// Of callers whose address is not known, or who have none.
    case unknown

    /// The block of an address, which is 4 or 16 bytes in the network's order.
    public init(_ bytes: some Collection<UInt8>) {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        switch bytes.count {
        case 4: self = .ipv4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16 where bytes.starts(with: mapped): self.init(bytes.dropFirst(mapped.count))
        case 16: self = .ipv6(bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: self = .unknown
        }
    }
}
