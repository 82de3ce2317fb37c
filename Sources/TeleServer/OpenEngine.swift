package import TeleAPI
package import TeleEngine

/// A storage engine as the server holds it: the engine, what it tells about itself, and how it ends.
package struct OpenEngine: Sendable {
    package var engine: any StorageEngine
    package var facts: @Sendable () -> EngineFacts
    /// Where alerting keeps what a restart has to know; nil is nowhere.
    package var alertFolder: String?
    /// Delivery of alerts, once it runs.
    package var alerts: AlertDelivery?
    /// Takes over what of a reloaded configuration concerns storage.
    package var reconfigure: @Sendable (Configuration) -> Void
    /// Told once what queries may hold together, which what the engine keeps to be quick is to be counted in.
    package var share: @Sendable (MemoryPool) -> Void
    /// Seals and syncs; nothing is asked of the engine afterwards.
    package var close: @Sendable () async -> Void

    package init(
        engine: any StorageEngine,
        facts: @escaping @Sendable () -> EngineFacts = { EngineFacts() },
        reconfigure: @escaping @Sendable (Configuration) -> Void = { _ in },
        share: @escaping @Sendable (MemoryPool) -> Void = { _ in },
        close: @escaping @Sendable () async -> Void = {}
    ) {
        self.engine = engine
        self.facts = facts
        self.reconfigure = reconfigure
        self.share = share
        self.close = close
    }
}

/// What an engine tells about itself for `/metrics` and the status.
package struct EngineFacts: Sendable {
    package var storage: [TeleStatus.Storage] = []
    /// More numbers for `/metrics`: full names, with what they are.
    package var gauges: [Sample] = []
    package var counters: [Sample] = []
    package var histograms: [Histogram] = []
    /// What an operator has to look at, such as set-aside segments.
    package var notices: [String] = []

    package struct Sample: Sendable {
        package var name: String
        package var help: String
        package var labels: [(String, String)]
        package var value: Double

        package init(_ name: String, _ help: String, _ labels: [(String, String)] = [], _ value: Double) {
            self.name = name
            self.help = help
            self.labels = labels
            self.value = value
        }
    }

    /// Counts of what is at most each bound, the last one of all; the sum of what was counted.
    package struct Histogram: Sendable {
        package var name: String
        package var help: String
        package var bounds: [Double]
        package var cumulative: [Int]
        package var sum: Double
    }

    package init() {}
}

/// How the server comes by its engine. Opening may take long (recovery); the sockets listen meanwhile.
package struct EngineOpener: Sendable {
    /// Throws ``DataFolderProblem`` where the folder can't be used, which ends the process with 73.
    package var open: @Sendable (Configuration) async throws -> OpenEngine

    package init(open: @escaping @Sendable (Configuration) async throws -> OpenEngine) { self.open = open }
}

/// The data folder is locked, not writable or of a newer format.
package struct DataFolderProblem: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
