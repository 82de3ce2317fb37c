/// Where one alert stands.
package enum AlertState: String, Sendable, Hashable {
    case inactive, pending, firing

    /// The worst of a rule's alerts is the rule's state.
    package var rank: Int {
        switch self {
        case .inactive: 0
        case .pending: 1
        case .firing: 2
        }
    }
}
