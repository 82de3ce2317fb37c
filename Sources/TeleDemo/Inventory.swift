import CoreMetrics
import HTTPTypes
import Hummingbird
import Logging
import Synchronization
import Tracing

/// Knows what is in stock, and orders more when there is little.
struct Inventory: Sendable {
    private let shelf: Shelf

    private final class Shelf: Sendable {
        let stock = Mutex<[String: Int]>([:])
        let metrics: any MetricsFactory

        init(metrics: any MetricsFactory) { self.metrics = metrics }

        /// Changes the stock of an item and shows it as a gauge.
        func change(_ item: String, by amount: Int) -> Int {
            let left = stock.withLock { stock in
                let left = max(0, stock[item, default: 40] + amount)
                stock[item] = left
                return left
            }
            Meter(label: "shop.stock", dimensions: [("item", item)], factory: metrics).set(left)
            return left
        }
    }

    init(metrics: any MetricsFactory) { shelf = Shelf(metrics: metrics) }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/stock/:item") { request, context in
            let item = try context.parameters.require("item")
            try await lookUp(item)
            return String(shelf.change(item, by: 0))
        }
        router.post("/reserve/:item") { request, context in
            let item = try context.parameters.require("item")
            try await lookUp(item)
            let left = shelf.change(item, by: -1)
            context.logger.debug("reserved", metadata: ["item": "\(item)", "left": .stringConvertible(left)])
            if left < 5 {
                context.logger.notice("stock is low, ordering more", metadata: ["item": "\(item)"])
                _ = shelf.change(item, by: 35)
            }
            return String(left)
        }
    }

    private func lookUp(_ item: String) async throws {
        try await withSpan("look up stock") { span in
            let isCached = Int.random(in: 0..<3) > 0
            span.attributes["cache.hit"] = isCached
            span.attributes["item"] = item
            if isCached { return }
            try await Database.query("SELECT stock", "SELECT count FROM stock WHERE item = $1", 2...10) { _ in }
        }
    }
}
