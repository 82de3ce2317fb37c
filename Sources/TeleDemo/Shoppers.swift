import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The load: about three requests a second, at most eight at a time.
struct Shoppers: Sendable {
    let street: ShopStreet
    let browser: HTTPClient
    let announcement: Announcement

    func run() async throws {
        while !street.isComplete { try await Task.sleep(for: .milliseconds(50)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            var count = 0
            while true {
                if running == 8 {
                    try await group.next()
                    running -= 1
                }
                let number = count
                group.addTask { await visit(number) }
                running += 1
                count += 1
                try await Task.sleep(for: .milliseconds(Int.random(in: 200...450)))
            }
        }
    }

    private func visit(_ number: Int) async {
        let item = ["lamp", "table", "chair", "carpet", "mirror"].randomElement() ?? "lamp"
        if number > 4, Int.random(in: 0..<3) == 0 {
            _ = await send(.GET, "/products/\(item)")
            return
        }
        // The first ones are set, so that there is soon something to look at.
        let card =
            switch number {
            case 1: "slow"
            case 2: "offline"
            default:
                ["visa", "visa", "visa", "visa", "master", "master", "slow", "stolen", "offline"].randomElement()
                    ?? "visa"
            }
        let customer = ["anna", "ben", "carla", "deniz"].randomElement() ?? "anna"
        let trace = await send(.POST, "/checkout?item=\(item)&card=\(card)&customer=\(customer)")
        guard let trace else { return }
        if card == "slow" { announcement.saw(slow: trace) }
        if card == "offline" { announcement.saw(failing: trace) }
    }

    /// - Returns: the trace id that the gateway names.
    private func send(_ method: HTTPMethod, _ path: String) async -> String? {
        guard let address = street.address(.gateway) else { return nil }
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        guard let response = try? await browser.execute(request, timeout: .seconds(10)) else { return nil }
        _ = try? await response.body.collect(upTo: 64 << 10)
        return response.headers.first(name: "x-trace-id")
    }
}
