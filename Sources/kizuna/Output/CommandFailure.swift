import ArgumentParser
import Client
import Engine
import Foundation
import RPC
import Server

// How commands end. The codes above 1 are those of BSD's sysexits, which shells and service managers know:
//
//     0  all is well                      69  a server cannot be reached, or a port not be opened
//     1  problems were found, or the      70  the store is damaged, or the program itself is
//        server refused                   73  a file cannot be written
//     64 the command line is wrong        77  the key is missing, unknown, or does not allow this
//     66 a file cannot be read

/// Why a command could not do its work: one sentence that says what to do, and the exit code.
struct CommandFailure: Error, Equatable {
    enum Code: Int32 {
        case refused = 1
        case noInput = 66
        case unreachable = 69
        case internalFault = 70
        case cannotCreate = 73
        case notPermitted = 77
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A problem that was found, or a refusal.
    init(_ message: String) {
        self.init(.refused, message)
    }
}

extension CommandFailure.Code {
    /// The code for what a store could not do.
    fileprivate init(_ code: StoreError.Code) {
        switch code {
        case .unavailable: self = .noInput
        case .unreachable: self = .unreachable
        case .tooNew: self = .refused
        case .corrupt: self = .internalFault
        }
    }
}

extension CommandFailure {
    /// Words and an exit code for an error; `nil` for those that the argument parser knows better how to tell.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failure as ConnectionFailure: self.init(failure)
        case let failure as RPCFailure: self.init(failure)
        case let error as StoreError: self.init(Code(error.code), "\(error)")
        case let failure as TLSIdentity.Failure: self.init(.noInput, failure.description)
        case let failure as ListenFailure:
            let other = failure.what == "HTTP" ? "--http-port" : "--port"
            self.init(.unreachable, "\(failure); name another one with \(other)")
        case let error as CocoaError: self.init(.noInput, error.localizedDescription)
        default: return nil
        }
    }

    private init(_ failure: ConnectionFailure) {
        switch failure {
        case .turnedAway(let reason) where !reason.isRetryable: self.init(reason)
        case .unreachable:
            self.init(.unreachable, "\(failure); start it with `kizuna serve`, or name another one with --server")
        case .lost, .turnedAway, .closed: self.init(.unreachable, "\(failure); try again")
        }
    }

    private init(_ failure: RPCFailure) {
        switch failure.code {
        case RPCCode.notAuthenticated:
            self.init(.notPermitted, "the server does not know this API key; make one with `kizuna client create`")
        case RPCCode.notPermitted:
            self.init(.notPermitted, "this API key's role does not allow that; use a key with another role")
        case RPCCode.internalError: self.init(.internalFault, "the server failed: \(failure); its log says why")
        case RPCCode.unavailable: self.init(.unreachable, "the server cannot do it now: \(failure); try again")
        default: self.init(.refused, "the server refused: \(failure)")
        }
    }
}
