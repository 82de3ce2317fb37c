import Foundation
import SwiftProtobuf
import TeleTestKit

/// Random OTLP requests as swift-protobuf's messages: every field, every value kind, odd orders and empty things.
struct OTLPGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func text() -> String {
        switch random.below(8) {
        case 0: ""
        case 1: "\u{1F600}\"\\\n\u{1}é\u{2028}"
        default: random.word(1 + random.below(14))
        }
    }

    private mutating func number() -> UInt64 {
        switch random.below(4) {
        case 0: 0
        case 1: random.next()
        default: UInt64(random.below(1_000_000))
        }
    }

    private mutating func count(_ most: Int) -> Int { random.below(most + 1) }

    mutating func value(depth: Int = 0) -> Tele_Test_AnyValue {
        var value = Tele_Test_AnyValue()
        switch random.below(depth > 3 ? 6 : 9) {
        case 0: break
        case 1, 2: value.stringValue = text()
        case 3: value.intValue = Int64(bitPattern: number())
        case 4: value.doubleValue = random.chance(0.5) ? Double(random.below(1000)) / 8 : Double(number()) * 1e-9
        case 5: value.boolValue = random.chance(0.5)
        case 6: value.bytesValue = Data(random.bytes(count(20)))
        case 7:
            var list = Tele_Test_ArrayValue()
            for _ in 0..<count(3) { list.values.append(self.value(depth: depth + 1)) }
            value.arrayValue = list
        default:
            var map = Tele_Test_KeyValueList()
            map.values = attributes(3, depth: depth + 1)
            value.kvlistValue = map
        }
        return value
    }

    mutating func attributes(_ most: Int, depth: Int = 0) -> [Tele_Test_KeyValue] {
        (0..<count(most)).map { index in
            var pair = Tele_Test_KeyValue()
            pair.key = random.chance(0.7) ? "key.\(index)" : text()
            if random.chance(0.95) { pair.value = value(depth: depth) }
            return pair
        }
    }

    private mutating func resource() -> Tele_Test_Resource {
        var resource = Tele_Test_Resource()
        resource.attributes = attributes(4)
        if random.chance(0.7) {
            var name = Tele_Test_KeyValue()
            name.key = "service.name"
            name.value.stringValue = "shop-\(random.below(3))"
            resource.attributes.append(name)
        }
        if random.chance(0.2) { resource.droppedAttributesCount = UInt32(random.below(9)) }
        if random.chance(0.2) {
            var entity = Tele_Test_EntityRef()
            entity.type = "host"
            entity.schemaURL = text()
            entity.idKeys = ["a", "b"]
            entity.descriptionKeys = [text()]
            resource.entityRefs = [entity]
        }
        return resource
    }

    private mutating func scope() -> Tele_Test_Scope {
        var scope = Tele_Test_Scope()
        scope.name = text()
        scope.version = text()
        scope.attributes = attributes(2)
        if random.chance(0.2) { scope.droppedAttributesCount = UInt32(random.below(9)) }
        return scope
    }

    mutating func logs() -> Tele_Test_LogsRequest {
        var request = Tele_Test_LogsRequest()
        for _ in 0..<count(3) {
            var group = Tele_Test_ResourceLogs()
            if random.chance(0.9) { group.resource = resource() }
            group.schemaURL = text()
            for _ in 0..<count(2) {
                var inner = Tele_Test_ScopeLogs()
                if random.chance(0.9) { inner.scope = scope() }
                inner.schemaURL = text()
                for _ in 0..<count(4) { inner.logRecords.append(log()) }
                group.scopeLogs.append(inner)
            }
            request.resourceLogs.append(group)
        }
        return request
    }

    private mutating func log() -> Tele_Test_LogRecord {
        var log = Tele_Test_LogRecord()
        log.timeUnixNano = number()
        log.observedTimeUnixNano = number()
        log.severityNumber = Int32(truncatingIfNeeded: number())
        log.severityText = text()
        if random.chance(0.9) { log.body = value() }
        log.attributes = attributes(5)
        log.droppedAttributesCount = UInt32(truncatingIfNeeded: number())
        log.flags = UInt32(truncatingIfNeeded: number())
        if random.chance(0.6) { log.traceID = Data(random.bytes(16)) }
        if random.chance(0.6) { log.spanID = Data(random.bytes(8)) }
        log.eventName = text()
        return log
    }

    mutating func traces() -> Tele_Test_TracesRequest {
        var request = Tele_Test_TracesRequest()
        for _ in 0..<count(3) {
            var group = Tele_Test_ResourceSpans()
            if random.chance(0.9) { group.resource = resource() }
            group.schemaURL = text()
            for _ in 0..<count(2) {
                var inner = Tele_Test_ScopeSpans()
                if random.chance(0.9) { inner.scope = scope() }
                inner.schemaURL = text()
                for _ in 0..<count(4) { inner.spans.append(span()) }
                group.scopeSpans.append(inner)
            }
            request.resourceSpans.append(group)
        }
        return request
    }

    private mutating func span() -> Tele_Test_Span {
        var span = Tele_Test_Span()
        span.traceID = Data(random.bytes(15) + [1])
        span.spanID = Data(random.bytes(7) + [1])
        if random.chance(0.7) { span.parentSpanID = Data(random.bytes(7) + [2]) }
        span.traceState = text()
        span.flags = UInt32(truncatingIfNeeded: number())
        span.name = text()
        span.kind = Int32(random.below(7))
        span.startTimeUnixNano = number()
        span.endTimeUnixNano = number()
        span.attributes = attributes(5)
        span.droppedAttributesCount = UInt32(truncatingIfNeeded: number())
        span.droppedEventsCount = UInt32(random.below(3))
        span.droppedLinksCount = UInt32(random.below(3))
        if random.chance(0.7) {
            span.status.code = Int32(random.below(4))
            span.status.message = text()
        }
        for _ in 0..<count(2) {
            var event = Tele_Test_SpanEvent()
            event.timeUnixNano = number()
            event.name = text()
            event.attributes = attributes(3)
            event.droppedAttributesCount = UInt32(random.below(2))
            span.events.append(event)
        }
        for _ in 0..<count(2) {
            var link = Tele_Test_SpanLink()
            if random.chance(0.9) { link.traceID = Data(random.bytes(15) + [1]) }
            if random.chance(0.9) { link.spanID = Data(random.bytes(7) + [1]) }
            link.traceState = text()
            link.attributes = attributes(2)
            link.flags = UInt32(random.below(300))
            link.droppedAttributesCount = UInt32(random.below(2))
            span.links.append(link)
        }
        return span
    }

    mutating func metrics() -> Tele_Test_MetricsRequest {
        var request = Tele_Test_MetricsRequest()
        for _ in 0..<count(2) {
            var group = Tele_Test_ResourceMetrics()
            group.resource = resource()
            var inner = Tele_Test_ScopeMetrics()
            inner.scope = scope()
            for index in 0..<count(5) { inner.metrics.append(metric(index)) }
            group.scopeMetrics.append(inner)
            request.resourceMetrics.append(group)
        }
        return request
    }

    private mutating func metric(_ index: Int) -> Tele_Test_Metric {
        var metric = Tele_Test_Metric()
        metric.name = "metric.\(index)"
        metric.unit = ["", "s", "By", "1", "{x}", "By/s"][random.below(6)]
        let temporality = Int32(1 + random.below(2))
        switch random.below(5) {
        case 0: metric.gauge.dataPoints = (0..<count(4)).map { _ in numberPoint() }
        case 1:
            metric.sum.dataPoints = (0..<count(4)).map { _ in numberPoint() }
            metric.sum.isMonotonic = random.chance(0.5)
            metric.sum.aggregationTemporality = temporality
        case 2:
            metric.histogram.aggregationTemporality = temporality
            for _ in 0..<count(3) {
                var point = Tele_Test_HistogramPoint()
                point.timeUnixNano = number()
                point.count = 6
                point.sum = 2.5
                point.bucketCounts = [1, 2, 3]
                point.explicitBounds = [0.5, 10]
                point.attributes = attributes(3)
                point.exemplars = [exemplar()]
                metric.histogram.dataPoints.append(point)
            }
        case 3:
            metric.exponentialHistogram.aggregationTemporality = temporality
            for _ in 0..<count(3) {
                var point = Tele_Test_ExponentialPointMessage()
                point.timeUnixNano = number()
                point.scale = Int32(random.below(16)) - 5
                point.positive.offset = Int32(random.below(100)) - 50
                point.positive.bucketCounts = (0..<count(9)).map { _ in UInt64(random.below(4)) }
                point.attributes = attributes(3)
                metric.exponentialHistogram.dataPoints.append(point)
            }
        default:
            var point = Tele_Test_SummaryPoint()
            point.timeUnixNano = number()
            var quantile = Tele_Test_QuantileMessage()
            quantile.quantile = 0.5
            quantile.value = 3
            point.quantileValues = [quantile]
            metric.summary.dataPoints = [point]
        }
        return metric
    }

    private mutating func numberPoint() -> Tele_Test_NumberPoint {
        var point = Tele_Test_NumberPoint()
        point.timeUnixNano = number()
        point.startTimeUnixNano = number()
        if random.chance(0.5) { point.asInt = Int64(bitPattern: number()) } else { point.asDouble = 0.5 }
        point.flags = UInt32(random.below(2))
        point.attributes = attributes(4)
        if random.chance(0.3) { point.exemplars = [exemplar()] }
        return point
    }

    private mutating func exemplar() -> Tele_Test_Exemplar {
        var exemplar = Tele_Test_Exemplar()
        exemplar.asDouble = 1
        exemplar.traceID = Data(random.bytes(16))
        exemplar.spanID = Data(random.bytes(8))
        exemplar.filteredAttributes = attributes(2)
        return exemplar
    }

    /// The bytes with a few of them changed, cut out, doubled or put in.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(1 + random.below(4)) where !bytes.isEmpty {
            let at = random.below(bytes.count)
            switch random.below(6) {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[at] ^= 1 << UInt8(random.below(8))
            case 2: bytes.remove(at: at)
            case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
            case 4: bytes.removeSubrange(at..<min(bytes.count, at + random.below(12)))
            default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + random.below(24))], at: at)
            }
        }
        return bytes
    }
}
