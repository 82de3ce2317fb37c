extension TeleConfiguration {
    /// How much one span may hold; what is over is left out and reported in OTLP's dropped counts. Higher than what the
    /// client itself bears (``ClientLimits``) has no effect.
    public struct SpanLimits: Sendable, Equatable {
        public var attributes = 128
        public var events = 128
        public var links = 128
        public var attributesPerEvent = 128
        public var attributesPerLink = 128
        /// Bytes of UTF-8 of one text value; a longer one is cut between characters' scalars.
        public var valueBytes = ClientLimits.valueBytes

        public init() {}

        /// The same with nothing negative and nothing beyond what the client bears.
        var bounded: SpanLimits {
            func bound(_ value: Int, _ most: Int) -> Int { min(max(0, value), most) }
            var limits = SpanLimits()
            limits.attributes = bound(attributes, ClientLimits.elements)
            limits.events = bound(events, ClientLimits.elements)
            limits.links = bound(links, ClientLimits.elements)
            limits.attributesPerEvent = bound(attributesPerEvent, ClientLimits.elements)
            limits.attributesPerLink = bound(attributesPerLink, ClientLimits.elements)
            limits.valueBytes = bound(valueBytes, ClientLimits.valueBytes)
            return limits
        }
    }

    /// How much one log record may hold.
    public struct LogLimits: Sendable, Equatable {
        public var attributes = 128
        /// Bytes of UTF-8 of one text value.
        public var valueBytes = ClientLimits.valueBytes

        public init() {}

        var bounded: LogLimits {
            var limits = LogLimits()
            limits.attributes = min(max(0, attributes), ClientLimits.elements)
            limits.valueBytes = min(max(0, valueBytes), ClientLimits.valueBytes)
            return limits
        }
    }
}
