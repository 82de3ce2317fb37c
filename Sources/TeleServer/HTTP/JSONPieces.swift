internal import TeleAPI
internal import TeleDisk

/// JSON that is written as the connection takes it.
final class JSONPieces<State: Sendable>: APIPieces {
    private struct Progress {
        var state: State
        var writer = JSONWriter(capacity: 4 << 10)
        var isAtEnd = false
    }

    private let step: @Sendable (inout State, inout JSONWriter) -> Bool
    private let progress: Guarded<Progress>

    init(_ state: State, _ step: @escaping @Sendable (inout State, inout JSONWriter) -> Bool) {
        progress = Guarded(Progress(state: state))
        self.step = step
    }

    var isAtEnd: Bool { progress.withLock { $0.isAtEnd } }

    func next() -> [UInt8]? {
        progress.withLock { progress in
            if progress.isAtEnd { return nil }
            while !progress.isAtEnd, progress.writer.bytes.count < Self.pieceBytes {
                progress.isAtEnd = !step(&progress.state, &progress.writer)
            }
            let piece = progress.writer.bytes
            // The writer goes on where it is, with its commas.
            progress.writer.bytes = []
            return piece
        }
    }
}

extension APIResponse {
    /// JSON that is written by steps, each a little, until one returns false. What is short is written at once, the
    /// rest of what is long while it is sent: `state` has to hold all that the steps need.
    static func json<State: Sendable>(
        _ state: State, _ step: @escaping @Sendable (inout State, inout JSONWriter) -> Bool
    ) -> APIResponse {
        let pieces = JSONPieces(state, step)
        var response = APIResponse.json(pieces.next() ?? [])
        if !pieces.isAtEnd { response.rest = pieces }
        return response
    }
}
