public import Tracing

/// A value with the context in which it was made, for what lies between them: an AsyncStream, a channel, a queue of work.
///
/// ```swift
/// continuation.yield(InContext(job))            // where the request is
/// for await job in jobs {
///     await job.process { job in await work(job) }  // its logs and spans belong to that request's trace
/// }
/// ```
public struct InContext<Value> {
    public let value: Value
    public let context: ServiceContext

    public init(_ value: Value, context: ServiceContext = .current ?? .topLevel) {
        self.value = value
        self.context = context
    }

    /// Works on the value in its context.
    public func process<Result, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ body: (Value) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = await ServiceContext.withValue(context) {
            do throws(Failure) { return .success(try await body(value)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// A link to the span that the value comes from: for one piece of work on values of several traces.
    public var link: SpanLink { SpanLink(context: context, attributes: [:]) }
}

extension InContext: Sendable where Value: Sendable {}
