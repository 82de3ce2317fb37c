/// Spans by columns, a row a span; events and links are tables of their own that rows own by ranges.
/// Row columns have ``count`` elements, except those that a scan left out, which are empty.
///
/// Times are unsigned unix nanoseconds; a span may end before it starts (as it was sent).
package struct SpanBatch: Sendable {
    package var core = BatchCore()
    package var resource: [UInt32] = []
    package var scope: [UInt32] = []
    package var traceHigh: [UInt64] = []
    package var traceLow: [UInt64] = []
    package var span: [UInt64] = []
    /// 0 for a root.
    package var parent: [UInt64] = []
    package var start: [UInt64] = []
    package var end: [UInt64] = []
    package var name: [ByteRange] = []
    /// OTLP `SpanKind`, any number that was sent.
    package var kind: [Int32] = []
    /// OTLP `StatusCode`: 0 unset, 1 ok, 2 error.
    package var statusCode: [Int32] = []
    package var statusMessage: [ByteRange] = []
    package var traceState: [ByteRange] = []
    package var flags: [UInt32] = []
    package var droppedAttributes: [UInt32] = []
    package var droppedEvents: [UInt32] = []
    package var droppedLinks: [UInt32] = []
    package var attributes = AttributeTable()
    package var events = EventTable()
    package var links = LinkTable()

    package init() {}

    package var count: Int { start.count }

    package func traceID(_ row: Int) -> TraceID { TraceID(high: traceHigh[row], low: traceLow[row]) }

    /// Nanoseconds; 0 where the span ends before it starts.
    @inline(__always)
    package func duration(_ row: Int) -> UInt64 { end[row] > start[row] ? end[row] &- start[row] : 0 }
}

/// Span events: span `i` owns the events `ends[i-1] ..< ends[i]`.
package struct EventTable: Sendable {
    package var ends: [UInt32] = []
    package var time: [UInt64] = []
    package var name: [ByteRange] = []
    package var droppedAttributes: [UInt32] = []
    /// An owner an event.
    package var attributes = AttributeTable()

    package init() {}
    package var count: Int { time.count }

    @inline(__always)
    package func rows(of span: Int) -> Range<Int> { Int(span == 0 ? 0 : ends[span &- 1])..<Int(ends[span]) }
}

/// Span links: span `i` owns the links `ends[i-1] ..< ends[i]`.
package struct LinkTable: Sendable {
    package var ends: [UInt32] = []
    package var traceHigh: [UInt64] = []
    package var traceLow: [UInt64] = []
    package var span: [UInt64] = []
    package var traceState: [ByteRange] = []
    package var flags: [UInt32] = []
    package var droppedAttributes: [UInt32] = []
    /// An owner a link.
    package var attributes = AttributeTable()

    package init() {}
    package var count: Int { span.count }

    @inline(__always)
    package func rows(of span: Int) -> Range<Int> { Int(span == 0 ? 0 : ends[span &- 1])..<Int(ends[span]) }
}
