import CoreMetrics
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import Tracing

/// Takes an order through stock, payment and booking.
struct Checkout: Sendable {
    let shop: ShopService
    private let paid: Counter
    private let failed: Counter
    private let duration: Timer

    init(shop: ShopService, metrics: any MetricsFactory) {
        self.shop = shop
        paid = Counter(label: "shop.checkouts", dimensions: [("outcome", "paid")], factory: metrics)
        failed = Counter(label: "shop.checkouts", dimensions: [("outcome", "failed")], factory: metrics)
        duration = Timer(label: "shop.checkout.duration", dimensions: [], factory: metrics)
    }

    func add(to router: Router<BasicRequestContext>) {
        router.post("/checkout") { request, context in
            let start = ContinuousClock.now
            defer { duration.recordSeconds((ContinuousClock.now - start) / .seconds(1)) }
            do {
                let order = try await checkout(request, context)
                paid.increment()
                return order
            } catch {
                failed.increment()
                context.logger.error("checkout gave up", metadata: ["error": "\(error)"])
                throw error
            }
        }
    }

    private func checkout(_ request: Request, _ context: BasicRequestContext) async throws -> String {
        let query = request.uri.queryParameters
        let item = query["item"] ?? "lamp"
        let card = query["card"] ?? "visa"
        let price = await withSpan("price basket") { span in
            let price = Double(item.utf8.count) * 3.5
            span.attributes["basket.item"] = String(item)
            span.attributes["basket.price"] = price
            try? await Task.sleep(for: .milliseconds(Int.random(in: 1...4)))
            return price
        }
        // Stock and the customer's earlier orders do not depend on each other.
        async let stock = shop.call(.inventory, .POST, "/reserve/\(item)")
        async let history = shop.call(.orders, .GET, "/orders?customer=\(query["customer"] ?? "anna")")
        _ = try await (stock, history)
        _ = try await shop.call(.payments, .POST, "/charge?card=\(card)&amount=\(price)")
        let order = try await shop.call(.orders, .POST, "/orders?item=\(item)")
        context.logger.info(
            "checkout done", metadata: ["order": "\(order)", "item": "\(item)", "amount": .stringConvertible(price)])
        return order
    }
}
