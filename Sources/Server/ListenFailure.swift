import Foundation
import NIOCore

/// A port that cannot be opened.
package struct ListenFailure: Error, Hashable, CustomStringConvertible {
    /// Which of the server's ports: `TCP` or `HTTP`.
    package let what: String
    package let host: String
    package let port: Int
    private let reason: String

    package init(_ what: String, host: String, port: Int, _ error: any Error) {
        self.what = what
        self.host = host
        self.port = port
        reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    package var description: String { "the \(what) port \(host):\(port) cannot be opened: \(reason)" }
}
