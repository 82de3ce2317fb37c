import Synchronization

enum ShopName: String, CaseIterable, Sendable {
    case gateway, checkout, orders, payments, inventory
}

/// Where each service can be found. All of them listen on a port that the system picks, so that a demonstration never
/// collides with what runs already.
final class ShopStreet: Sendable {
    private let ports = Mutex<[ShopName: Int]>([:])

    func open(_ name: ShopName, port: Int) { ports.withLock { $0[name] = port } }

    /// nil until the service listens.
    func address(_ name: ShopName) -> String? { ports.withLock { $0[name] }.map { "http://127.0.0.1:\($0)" } }

    var isComplete: Bool { ports.withLock { $0.count } == ShopName.allCases.count }
}
