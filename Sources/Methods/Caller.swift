/// Where whoever calls is.
package struct Caller: Sendable {
    /// Host and port, for the audit trail and the log, if they are known.
    package let origin: String?
    /// What counts as one address.
    package let address: AddressBlock

    package init(origin: String?, address: AddressBlock) {
        self.origin = origin
        self.address = address
    }
}
