import HTTPTypes
import Hummingbird
import Logging
import Tracing

/// Keeps the orders in what would be a database.
struct Orders: Sendable {
    func add(to router: Router<BasicRequestContext>) {
        router.get("/orders") { request, context in
            try await Database.query("SELECT orders", "SELECT * FROM orders WHERE customer = $1 LIMIT 20", 2...9) {
                span in
                span.attributes["db.response.returned_rows"] = Int.random(in: 0...20)
            }
            return "[]"
        }
        router.post("/orders") { request, context in
            let id = String(Int.random(in: 100_000...999_999))
            try await withSpan("book order") { span in
                span.attributes["order.id"] = id
                try await Database.query("INSERT orders", "INSERT INTO orders VALUES ($1, $2)", 3...12) { _ in }
                try await Database.query("INSERT order_items", "INSERT INTO order_items VALUES ($1, $2, $3)", 2...8) {
                    $0.addEvent(SpanEvent(name: "row lock taken", attributes: ["db.lock.wait_ms": 1]))
                }
            }
            context.logger.info("order booked", metadata: ["order": "\(id)"])
            return id
        }
    }
}
