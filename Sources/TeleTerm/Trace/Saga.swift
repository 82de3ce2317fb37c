/// Transactions and their compensations within one trace. A span takes part by its attributes:
///
/// | attribute | value |
/// |---|---|
/// | `saga.step` | the step's name; makes the span part of a saga |
/// | `saga.name` | the saga's name; "" where there is one only |
/// | `saga.action` | `transaction` (default) or `compensation` |
/// | `saga.state` | `cancelled` where the step was called off before it did anything |
///
/// A step whose transaction ended well has to be compensated once another step of its saga fails.
package struct Saga: Sendable {
    package struct Mark: Sendable, Hashable {
        package var saga: String
        package var step: String
        package var isCompensation: Bool
        package var isCancelled: Bool

        package init(saga: String, step: String, isCompensation: Bool = false, isCancelled: Bool = false) {
            self.saga = saga
            self.step = step
            self.isCompensation = isCompensation
            self.isCancelled = isCancelled
        }
    }

    package enum State: String, Sendable {
        case started, ended, failed, cancelled, compensated
        case compensationFailed = "compensation failed"
        case compensationMissing = "compensation missing"
    }

    package struct Step: Sendable {
        package var name: String
        package var service: String
        package var state: State
        /// Unix nanoseconds.
        var start: UInt64
    }

    package let name: String
    package let steps: [Step]

    /// The sagas of a trace, in the order in which they began.
    package static func all(_ trace: TraceView) -> [Saga] {
        var order: [String] = []
        var spans: [String: [(Mark, TraceView.Span)]] = [:]
        for span in trace.spans.sorted(by: { $0.start < $1.start }) {
            guard let mark = span.saga else { continue }
            if spans[mark.saga] == nil { order.append(mark.saga) }
            spans[mark.saga, default: []].append((mark, span))
        }
        return order.map { Saga($0, spans[$0] ?? []) }
    }

    private init(_ name: String, _ spans: [(mark: Mark, span: TraceView.Span)]) {
        self.name = name
        var order: [String] = []
        var steps: [String: Step] = [:]
        for (mark, span) in spans where !mark.isCompensation {
            if steps[mark.step] == nil { order.append(mark.step) }
            let state: State =
                mark.isCancelled ? .cancelled : span.isError ? .failed : span.end > span.start ? .ended : .started
            // A step that is tried again is what its last try is.
            let start = steps[mark.step]?.start ?? span.start
            steps[mark.step] = Step(name: mark.step, service: span.service, state: state, start: start)
        }
        let hasFailed = steps.values.contains { $0.state == .failed || $0.state == .cancelled }
        for (mark, span) in spans where mark.isCompensation {
            if steps[mark.step] == nil { order.append(mark.step) }
            let state: State = span.isError ? .compensationFailed : .compensated
            let start = steps[mark.step]?.start ?? span.start
            steps[mark.step] = Step(name: mark.step, service: span.service, state: state, start: start)
        }
        self.steps = order.compactMap { steps[$0] }.map { step in
            guard hasFailed, step.state == .ended else { return step }
            var step = step
            step.state = .compensationMissing
            return step
        }
    }

    package func lines(width: Int, style: Style) -> [String] {
        let title = name.isEmpty ? "saga" : "saga \(TextWidth.clean(name))"
        var table = Table([.init("  step"), .init("service"), .init("state")])
        for step in steps {
            let ink: Ink =
                switch step.state {
                case .ended: .good
                case .failed, .compensationFailed, .compensationMissing: .error
                case .started, .cancelled, .compensated: .warning
                }
            table.add([
                .init("  " + step.name), .init(step.service, Style.service(step.service)),
                .init(step.state.rawValue, ink),
            ])
        }
        return [style.paint(TextWidth.cut(title, to: width), .strong)] + table.lines(width: width, style: style)
    }
}
