@testable import TeleClient

/// Answers each try as a script says, without a network; keeps what it took.
final class ScriptedTransport: ExportTransport {
    private let state = Locked<(tries: Int, taken: [Signal: [[UInt8]]])>((0, [:]))
    private let script: @Sendable (Int) -> ExportAnswer

    /// - Parameter script: the answer to try number i, from 0.
    init(_ script: @escaping @Sendable (Int) -> ExportAnswer) { self.script = script }

    var tries: Int { state.withLock { $0.tries } }

    func names() -> [String] {
        ProtoTree.records(state.withLock { $0.taken[.traces] ?? [] }).compactMap { $0.record.text(5) }
    }

    func send(_ body: [UInt8], of signal: Signal, timeout: Duration) async -> ExportAnswer {
        guard signal == .traces else { return .accepted(rejected: 0) }
        return state.withLock { state in
            let answer = script(state.tries)
            state.tries += 1
            if case .accepted = answer { state.taken[signal, default: []].append(body) }
            return answer
        }
    }

    func close() async {}
}

extension TeleStatistics {
    /// Nothing is counted twice or not at all.
    var adds: Bool { made + recovered == sent + dropped + waiting + spilled }
}
