package import Methods
package import NIOCore

extension SocketAddress {
    /// What limits by address count it as.
    package var block: AddressBlock {
        withSockAddr { pointer, size in
            // Behind the family and the port, and in IPv6 the flow.
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
            return switch self {
            case .v4: AddressBlock(bytes[4..<8])
            case .v6: AddressBlock(bytes[8..<24])
            case .unixDomainSocket: .unknown
            }
        }
    }
}
