import ServiceLifecycle
import TeleDemo
import TeleServer

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

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
            try await Demo(
                server: "http://\(ListenAddress(host: host, port: address.port))", telectl: DemoService.telectl
            ).run()
            return
        }
    }

    /// The command line as it was built beside this program, by a path that works from here; else by its name.
    private static var telectl: String {
        guard let program = CommandLine.arguments.first, let slash = program.lastIndex(of: "/") else {
            return "telectl"
        }
        let path = program[...slash] + "telectl"
        return FileManager.default.isExecutableFile(atPath: String(path)) ? String(path) : "telectl"
    }
}
