/// The language of a rule's expression: `lang:` of a rule, which Prometheus' own files do not have.
package enum RuleLanguage: String, Sendable, Hashable, CaseIterable {
    case promql, logql, traceql
    /// A ``NativeQuery`` by its name; for rules of the server's own.
    case native = "built-in"
}
