/// Where whoever calls is.
public struct Caller: Sendable {
    /// Host and port, for the audit trail and the log, if they are known.
    public let origin: String?
    /// What counts as one address.
    public let address: AddressBlock

    public init(origin: String?, address: AddressBlock) {
        self.origin = origin
        self.address = address
    }
}
