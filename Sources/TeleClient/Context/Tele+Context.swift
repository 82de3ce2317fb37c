public import NIOCore
public import Tracing

/// Where the language loses a task's context: tasks of their own, callbacks, futures. Structured tasks, actors and `async
/// let` keep it by themselves, and so does `Task { }`.
extension Tele {
    /// A task of its own with a span of its own below the current one. The span may end after its parent, which is what
    /// such a task is for.
    ///
    /// ```swift
    /// Tele.task("resize image") { span in try await resize(image) }
    /// ```
    @discardableResult
    public static func task<Success: Sendable>(
        _ name: String, ofKind kind: SpanKind = .internal, priority: TaskPriority? = nil,
        function: String = #function, file: String = #fileID, line: UInt = #line,
        operation: @escaping @Sendable (any Span) async throws -> Success
    ) -> Task<Success, any Error> {
        let context = ServiceContext.current ?? .topLevel
        return Task(priority: priority) {
            try await InstrumentationSystem.tracer.withAnySpan(
                name, context: context, ofKind: kind, isolation: nil, function: function, file: file, line: line
            ) { span in try await operation(span) }
        }
    }

    /// A detached task (it inherits neither priority nor actor) that keeps the context all the same.
    @discardableResult
    public static func detached<Success: Sendable>(
        priority: TaskPriority? = nil, operation: @escaping @Sendable () async throws -> Success
    ) -> Task<Success, any Error> {
        let context = ServiceContext.current
        return Task.detached(priority: priority) {
            try await ServiceContext.withValue(context) { try await operation() }
        }
    }

    /// A callback that runs in the context in which it was made, on whatever thread.
    ///
    /// ```swift
    /// future.whenSuccess(Tele.bind { row in logger.info("found") })  // with the trace of the request
    /// ```
    public static func bind<each Input, Output>(
        _ callback: @escaping @Sendable (repeat each Input) -> Output
    ) -> @Sendable (repeat each Input) -> Output {
        let context = ServiceContext.current
        return { (input: repeat each Input) in ServiceContext.withValue(context) { callback(repeat each input) } }
    }

    /// A span around what a future does: it ends with the future, and has the error of one that fails. The context is the
    /// span's while `operation` runs; callbacks that run later want ``bind(_:)``.
    public static func withSpan<Value: Sendable>(
        _ name: String, ofKind kind: SpanKind = .internal, function: String = #function, file: String = #fileID,
        line: UInt = #line, future operation: (any Span) throws -> EventLoopFuture<Value>
    ) rethrows -> EventLoopFuture<Value> {
        let span: any Span = InstrumentationSystem.tracer.startSpan(
            name, context: ServiceContext.current ?? .topLevel, ofKind: kind, at: DefaultTracerClock.now,
            function: function, file: file, line: line)
        do {
            let future = try ServiceContext.withValue(span.context) { try operation(span) }
            future.whenComplete { result in
                if case .failure(let error) = result {
                    span.recordError(error)
                    span.setStatus(SpanStatus(code: .error))
                }
                span.end()
            }
            return future
        } catch {
            span.recordError(error)
            span.setStatus(SpanStatus(code: .error))
            span.end()
            throw error
        }
    }
}
