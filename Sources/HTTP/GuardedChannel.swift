import HummingbirdCore
import Logging
import Methods
import NIOCore
import Server
import Synchronization

/// HTTP behind a door: so many connections from one address, and TLS where there is an identity for it. Each connection
/// is opened with the certificate that holds then.
struct GuardedChannel<Base: ServerChildChannel>: ServerChildChannel {
    /// One address has its connections already.
    private struct TooMany: Error {}

    let base: Base
    let identity: TLSIdentity?
    let addresses: AddressCount
    let open: OpenChannels
    let whenRefused: @Sendable () -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let address = channel.remoteAddress?.block ?? .unknown
        let (addresses, open, identity, base, whenRefused) = (addresses, open, identity, base, whenRefused)
        return channel.eventLoop.makeCompletedFuture {
            guard addresses.enter(address) else {
                whenRefused()
                throw TooMany()
            }
            channel.closeFuture.whenComplete { _ in addresses.leave(address) }
            open.add(channel)
            try identity?.secure(channel)
        }.flatMap { base.setup(channel: channel, logger: logger) }.flatMapError { error in
            // Nobody else closes what does not get in.
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// How many connections each address has.
final class AddressCount: Sendable {
    private let limit: Int
    private let counts = Mutex<[AddressBlock: Int]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts one more, unless the address has as many as it may.
    func enter(_ address: AddressBlock) -> Bool {
        counts.withLock { counts in
            guard counts[address, default: 0] < limit else { return false }
            counts[address, default: 0] += 1
            return true
        }
    }

    func leave(_ address: AddressBlock) {
        counts.withLock { counts in
            let left = counts[address, default: 1] - 1
            counts[address] = left == 0 ? nil : left
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 behind the door.
    static func guarded(
        _ configuration: HTTP1Channel.Configuration, by identity: TLSIdentity?, _ addresses: AddressCount,
        _ open: OpenChannels, whenRefused: @escaping @Sendable () -> Void
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            GuardedChannel(
                base: HTTP1Channel(responder: responder, configuration: configuration), identity: identity,
                addresses: addresses, open: open, whenRefused: whenRefused)
        }
    }
}
