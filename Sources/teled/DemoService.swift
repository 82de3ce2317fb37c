import ServiceLifecycle
import TeleDemo
import TeleServer

/// The demonstration shop, once the server serves.
struct DemoService: Service {
    var server: Server

    func run() async throws {
        for await bound in server.listening.cancelOnGracefulShutdown() {
            guard let address = bound.http.first else { return }
            try await cancelWhenGracefulShutdown {
                while server.state.notReadyReason != nil { try await Task.sleep(for: .milliseconds(50)) }
            }
            let host = address.host == "0.0.0.0" || address.host == "::" ? "127.0.0.1" : address.host
            try await Demo(server: "http://\(ListenAddress(host: host, port: address.port))").run()
            return
        }
    }
}
