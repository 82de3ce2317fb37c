package import TeleAlert

/// What the server tells of itself to the routes of an API.
package struct ServerFacts: Sendable {
    package var configuration = Configuration()
    /// Unix milliseconds.
    package var started: Int64 = 0
    package var lastReload = ConfigurationReload(time: 0, hasSucceeded: true)
    package var engine = EngineFacts()
    /// What the service graph counted and may not have stored yet.
    package var serviceGraph: @Sendable () -> ServiceGraph.Live = { ServiceGraph.Live() }
    /// The groups of rules that run.
    package var rules: RuleManager?

    package init() {}
}
