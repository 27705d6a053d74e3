import NIOCore
import Synchronization

/// The connections that are open, so that they can be closed.
final class OpenChannels: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Knows a connection until it is closed.
    func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        channels.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { _ in
            self.channels.withLock { $0[key] = nil }
        }
    }

    /// Closes those that are still open after some time.
    func close(after delay: TimeAmount, on eventLoop: any EventLoop) {
        eventLoop.scheduleTask(in: delay) {
            for channel in self.channels.withLock({ Array($0.values) }) { channel.close(promise: nil) }
        }
    }
}
