import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import TeleClient

/// The shop's front door.
struct Gateway: Sendable {
    let shop: ShopService

    static let traceHeader = HTTPField.Name("x-trace-id")

    func add(to router: Router<BasicRequestContext>) {
        router.get("/products/:item") { request, context in
            let item = try context.parameters.require("item")
            return try await shop.call(.inventory, .GET, "/stock/\(item)")
        }
        router.post("/checkout") { request, context -> Response in
            context.logger.debug("checkout asked for", metadata: ["query": "\(request.uri.query ?? "")"])
            var headers = HTTPFields()
            // What a support desk asks a customer for.
            if let name = Self.traceHeader { headers[name] = Tele.currentTraceID }
            do {
                let receipt = try await shop.call(.checkout, .POST, "/checkout?\(request.uri.query ?? "")")
                return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(string: receipt)))
            } catch let error as HTTPError {
                context.logger.error("checkout failed", metadata: ["status": "\(error.status.code)"])
                throw HTTPError(error.status, headers: headers, message: error.body ?? "checkout failed")
            }
        }
    }
}
