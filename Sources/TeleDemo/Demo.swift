import AsyncHTTPClient
import ServiceLifecycle
import TeleClient

/// A small shop that calls itself: five Hummingbird services on loopback, instrumented as any service would be, with a
/// few requests a second, some of them slow and some failing.
///
/// It runs until its task is cancelled or its service group shuts down. In a group it belongs behind the server: the
/// last service stops first, while there is still somebody to take its last records.
package struct Demo: Service {
    private let server: String
    private let telectl: String
    private let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - server: teled's HTTP address, such as `http://127.0.0.1:4318`.
    ///   - telectl: what to type for the command line, a path where it is not in the shell's.
    ///   - say: takes the text that tells the user what to type next; standard output by default.
    package init(server: String, telectl: String = "telectl", say: (@Sendable (String) -> Void)? = nil) {
        self.server = server
        self.telectl = telectl
        self.say = say ?? StandardOutput.write
    }

    /// The same as a function.
    package static func run(server endpoint: String, say: (@Sendable (String) -> Void)? = nil) async throws {
        try await Demo(server: endpoint, say: say).run()
    }

    package func run() async throws {
        let street = ShopStreet()
        var services: [ShopService] = []
        for name in ShopName.allCases { services.append(try ShopService(name, street: street, server: server)) }
        do {
            try await trade(services, street)
        } catch is CancellationError {
            // Being told to stop is the usual end of a demonstration.
        } catch {
            await close(services)
            throw error
        }
        await close(services)
    }

    private func trade(_ services: [ShopService], _ street: ShopStreet) async throws {
        var settings = HTTPClient.Configuration()
        settings.tracing.tracer = nil  // the shoppers are not part of the shop: traces begin at its gateway
        let browser = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        let announcement = Announcement(server: server, telectl: telectl, browser: browser, say: say)
        let shoppers = Shoppers(street: street, browser: browser, announcement: announcement)
        let result: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                group.addTask { try await cancelWhenGracefulShutdown { try await shoppers.run() } }
                group.addTask { try await cancelWhenGracefulShutdown { try await announcement.run() } }
                try await group.waitForAll()
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try? await browser.shutdown()
        try result.get()
    }

    private func close(_ services: [ShopService]) async {
        await withTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { await service.close() } }
        }
    }
}
