import NIOCore
import NIOPosix
import NIOSSL

/// Opens connections to collectors, on NIO's own event loops.
struct Dialer: Sendable {
    /// nil where no endpoint wants TLS: to load the system's certificates takes a while.
    private let tls: NIOSSLContext?

    /// - Parameter protocols: what ALPN offers.
    init(_ configuration: TeleConfiguration, _ endpoints: [Endpoint], protocols: [String]) throws(TeleError) {
        var settings = try ClientTLS.configuration(configuration.tls)
        guard endpoints.contains(where: \.address.isSecure) else {
            tls = nil
            return
        }
        settings.applicationProtocols = protocols
        do { tls = try NIOSSLContext(configuration: settings) } catch { throw TeleError.unusableTLS("\(error)") }
    }

    /// A deadline for one request from now on.
    static func deadline(_ timeout: Duration) -> NIODeadline {
        .now() + .nanoseconds(max(1, min(timeout, ClientLimits.timeout).nanoseconds))
    }

    /// Returns by the deadline, or when the task is cancelled, also while a name is looked up; a connection that is made
    /// after that is closed.
    /// - Parameter setUp: adds the protocol's handlers behind those of TLS.
    func connect(
        _ address: Endpoint.Address, by deadline: NIODeadline,
        _ setUp: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        let context = address.isSecure ? tls : nil
        let left = max(.nanoseconds(1), deadline - .now())
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let made = ClientBootstrap(group: loop)
            .connectTimeout(left)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: address.serverName))
                    }
                    try setUp(channel)
                }
            }
            .connect(host: address.host, port: address.port)
        let wanted = loop.makePromise(of: (any Channel).self)
        let timer = loop.scheduleTask(in: left) { wanted.fail(ChannelError.connectTimeout(left)) }
        defer { timer.cancel() }
        made.cascade(to: wanted)
        wanted.futureResult.whenFailure { _ in made.whenSuccess { $0.close(promise: nil) } }
        return try await withTaskCancellationHandler {
            try await wanted.futureResult.get()
        } onCancel: {
            wanted.fail(CancellationError())
        }
    }
}
