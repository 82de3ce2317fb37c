package import TeleModel

/// Spans of one trace, or as many of them as were asked for.
package struct TraceSpans: Sendable {
    package var batch: SpanBatch
    /// How many there are, those that were sent more than once counted as often.
    package var total: Int
    /// Where the next spans begin; nil where these are the last.
    package var next: Int?
    /// Bytes that the budget was charged with for them: who lets go of them may release as many.
    package var charged: Int

    package init(batch: SpanBatch = SpanBatch(), total: Int = 0, next: Int? = nil, charged: Int = 0) {
        self.batch = batch
        self.total = total
        self.next = next
        self.charged = charged
    }
}
