/// Which attribute keys log records may have: what a query language that renames keys needs to ask for them.
package struct LogAttributeKeys: Sendable, Equatable {
    /// Of records.
    package var own: Set<String> = []
    /// Of instrumentation scopes.
    package var scope: Set<String> = []

    package init() {}
}

extension EngineSnapshot {
    package func logAttributeKeys(time: Range<UInt64>) -> LogAttributeKeys? { nil }
}
