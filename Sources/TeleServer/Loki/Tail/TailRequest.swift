internal import TeleAPI
internal import TeleModel
internal import TeleQL
internal import TeleQuery

/// What `/loki/api/v1/tail` is asked for.
struct TailRequest: Sendable {
    var tail: LogTail
    /// Unix nanoseconds: older lines are not shown.
    var start: UInt64
    /// Lines of the past to begin with.
    var limit: Int
    /// Nanoseconds that lines wait for slower ones, so that they come in the order of time.
    var delay: UInt64

    /// Seconds, as in Loki.
    private static let longestDelay: UInt64 = 5
    private static let mostPast = 5_000

    init(_ request: APIRequest) throws(LokiFailure) {
        let parameters = LokiParameters(request)
        let pipeline: LogQLPipeline
        do throws(LogQLError) { pipeline = try LogQLParser.parsePipeline(request["query"] ?? "") } catch {
            throw LokiFailure(error)
        }
        tail = LogTail(pipeline: pipeline, categorizes: parameters.categorizes)
        limit = min(try parameters.limit(), TailRequest.mostPast)
        start = UInt64(max(0, try parameters.range().start))
        delay = 0
        if let text = request["delay_for"], !text.isEmpty {
            guard let seconds = UInt64(text) else {
                throw .bad("could not parse 'delay_for' parameter: \(QuotedText.quote(text)) is no number of seconds")
            }
            guard seconds <= TailRequest.longestDelay else {
                throw .bad("delay_for can't be greater than \(TailRequest.longestDelay)")
            }
            delay = seconds * 1_000_000_000
        }
    }

    /// The newest lines of the past.
    func search(until end: UInt64) -> LogSearch {
        LogSearch(
            pipeline: tail.pipeline, time: start..<max(start, end), limit: limit, isForward: false,
            categorizes: tail.categorizes)
    }
}
