/// Every bound on what a stranger may make the process hold, in one place, each with its reason.
package enum Limits {
    /// A request body after decompression: what the OTLP specification suggests for receivers.
    package static let requestBytes = 64 << 20
    /// A request body as it arrives.
    package static let compressedRequestBytes = 64 << 20
    /// Depth of arrays and maps in an attribute value: protobuf parsers stop at 100 messages, two a level.
    package static let valueDepth = 48
    /// Attributes of one record, resource, scope, event or link; a record with more is rejected and counted.
    package static let attributesPerOwner = 65_536
    /// Rows of one signal in a request: keeps row numbers in 32 bits and one batch's columns bounded.
    package static let rowsPerRequest = 4_000_000
    /// A label name or value of a series.
    package static let labelBytes = 64 << 10
    /// Labels of one series.
    package static let labelsPerSeries = 512
    /// Buckets of one histogram data point.
    package static let bucketsPerHistogram = 16_384
    /// Attributes of all owners of a request: an empty one takes 2 bytes on the wire and 13 in columns.
    package static let attributesPerRequest = 8_000_000
    /// Depth of JSON that nobody wants and that is only skipped.
    package static let jsonDepth = 1_000
    /// Series that the translation of metrics remembers from one request to the next, and the bytes of their keys and
    /// labels: beyond, it starts over.
    package static let cachedSeries = 500_000
    package static let cachedSeriesBytes = 64 << 20
    /// Series whose deltas are being summed: new ones beyond are refused until old ones go idle.
    package static let deltaSeries = 200_000
    /// What the totals of delta series may take together, in numbers of 8 bytes: histograms have many.
    package static let deltaNumbers = 16 << 20
    /// Samples that the metrics of one request may become: a histogram point is as many as it has buckets.
    package static let samplesPerRequest = 16_000_000
    /// Label bytes of the distinct series of one request: a long resource attribute stands in each of them.
    package static let labelBytesPerRequest = 256 << 20
    /// Bytes of one column's texts, or of one heap, when they are unpacked from a block: several times the largest
    /// request, since one huge record must fit a block.
    package static let columnBytes = 256 << 20
    /// Rows of one block, or elements of one column, that a decoder believes.
    package static let rowsPerBlock = 8 << 20
    /// Values that the slots of one template column may hold together: bounds what constants can blow up to.
    package static let templateValues = 32 << 20
    /// Nested groups of a regular expression: the parser and compiler recurse.
    package static let patternDepth = 250
    /// A counted repetition, as in RE2.
    package static let patternRepeat = 1000
    /// Capture groups of a regular expression.
    package static let patternGroups = 1000
    /// Instructions of a compiled regular expression: bounds its memory and the time a byte of text can cost.
    package static let patternInstructions = 100_000
    /// Entries of a regular expression's table of automaton states (4 bytes each): beyond, it starts over.
    package static let patternTable = 1 << 18
    /// Bytes of a query's text: what Loki takes.
    package static let queryBytes = 131_072
    /// Nesting of a query: parsers and evaluators recurse a bounded amount of stack.
    package static let queryDepth = 64
    /// Stages of a pipeline, or conditions in a row: each is looked at for every record.
    package static let queryStages = 256
    /// A query's form body: selectors of many series fit, a stranger's upload does not.
    package static let queryBodyBytes = 4 << 20
    /// Parameters of one query: what is beyond is not looked at.
    package static let queryParameters = 10_000
    /// A body has to arrive at least this fast (bytes a second, after `slowBodySeconds`): a client that trickles holds
    /// its admitted bytes against everyone else.
    package static let slowBodyBytesPerSecond = 16 << 10
    package static let slowBodySeconds = 20
    /// Elements of one column of a dumped batch: attributes of all rows of the largest request, 6 bytes each at least.
    package static let dumpElements = 16 << 20
    /// Steps of a range query, as in Prometheus' API, and (times 100) of a subquery.
    package static let queryPoints = 11_000
    package static let querySteps: Int64 = 1_100_000
    /// Binary operators of a whole query: a chain is a tree as deep as it is long, over which evaluators recurse.
    package static let queryOperations = 1024
    /// What one template may print: lines of 10 MB fit, a `repeat` of a stranger does not.
    package static let templateBytes = 16 << 20
    /// Nodes and calls that one run of a template may evaluate: loops over parsed JSON can nest.
    package static let templateSteps = 100_000
}
