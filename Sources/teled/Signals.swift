import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Signals of the process, each to a closure on a queue. A closed pipe is no reason to die.
final class Signals {
    private let sources: [any DispatchSourceSignal]

    init(_ handlers: [(signal: Int32, handle: @Sendable () -> Void)]) {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "teled.signals")
        var sources: [any DispatchSourceSignal] = []
        for (number, handle) in handlers {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler(handler: handle)
            source.resume()
            sources.append(source)
        }
        self.sources = sources
    }

    /// Whoever asks twice does not want to wait.
    static func leave(_ status: Int32) -> Never { _exit(status) }
}
