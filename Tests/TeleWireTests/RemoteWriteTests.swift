import TeleModel
import TeleTestKit
import TeleWire
import Testing

/// Remote write requests, written here byte by byte as the specifications have them.
@Suite struct RemoteWriteTests {
    /// Protobuf fields.
    struct Message {
        var bytes: [UInt8] = []

        mutating func varint(_ field: UInt64, _ value: UInt64) {
            raw(field << 3)
            raw(value)
        }
        mutating func raw(_ value: UInt64) {
            var value = value
            while value >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
                value >>= 7
            }
            bytes.append(UInt8(value))
        }
        mutating func double(_ field: UInt64, _ value: Double) {
            raw(field << 3 | 1)
            for i in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64(i)))) }
        }
        mutating func bytes(_ field: UInt64, _ value: [UInt8]) {
            raw(field << 3 | 2)
            raw(UInt64(value.count))
            bytes.append(contentsOf: value)
        }
        mutating func message(_ field: UInt64, _ fill: (inout Message) -> Void) {
            var inner = Message()
            fill(&inner)
            bytes(field, inner.bytes)
        }
        static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }
        static func packed(_ values: [UInt64]) -> [UInt8] {
            var out = Message()
            for value in values { out.raw(value) }
            return out.bytes
        }
    }

    /// A snappy block of literals of 60 bytes at most.
    static func snappy(_ bytes: [UInt8]) -> [UInt8] {
        var out = Message()
        out.raw(UInt64(bytes.count))
        for start in stride(from: 0, to: bytes.count, by: 60) {
            let part = bytes[start..<min(start + 60, bytes.count)]
            out.bytes.append(UInt8(part.count - 1) << 2)
            out.bytes.append(contentsOf: part)
        }
        return out.bytes
    }

    static func series(_ labels: [(String, String)], _ fill: (inout Message) -> Void) -> [UInt8] {
        var out = Message()
        for (name, value) in labels {
            out.message(1) {
                $0.bytes(1, Array(name.utf8))
                $0.bytes(2, Array(value.utf8))
            }
        }
        fill(&out)
        return out.bytes
    }

    static func sample(_ value: Double, _ time: Int64, _ message: inout Message) {
        message.message(2) {
            $0.double(1, value)
            $0.varint(2, UInt64(bitPattern: time))
        }
    }

    let options = DecodeOptions(now: 1_700_000_000_000_000_000)

    func labels(_ batch: SampleBatch, _ series: UInt32) -> LabelSet {
        LabelSet(canonical: Array(batch.heap[batch.seriesLabels[Int(series)]]))
    }

    @Test func versionOne() throws {
        var request = Message()
        request.bytes(
            1,
            Self.series([("__name__", "up"), ("job", "a"), ("empty", "")]) {
                Self.sample(1, 1_000, &$0)
                Self.sample(Double(bitPattern: 0x7ff0_0000_0000_0002), 2_000, &$0)
                $0.message(3) {
                    $0.message(1) {
                        $0.bytes(1, Array("trace_id".utf8))
                        $0.bytes(2, Array("ab".utf8))
                    }
                    $0.double(2, 0.5)
                    $0.varint(3, 1_500)
                }
            })
        // The same series with its labels in another order.
        request.bytes(1, Self.series([("job", "a"), ("__name__", "up")]) { Self.sample(3, 3_000, &$0) })
        request.message(3) {
            $0.varint(1, 2)
            $0.bytes(2, Array("up".utf8))
            $0.bytes(4, Array("Is it up?".utf8))
        }
        let decoded = try RemoteWrite.decode(snappy: Self.snappy(request.bytes), .one, options: options)
        let batch = decoded.batch
        #expect(decoded.rejected == 0)
        #expect(batch.seriesLabels.count == 1)
        #expect(labels(batch, 0) == LabelSet([("__name__", "up"), ("job", "a")]))
        #expect(batch.seriesHash == [labels(batch, 0).fingerprint])
        #expect(batch.time == [1_000, 2_000, 3_000] && batch.series == [0, 0, 0])
        #expect(batch.value[0] == 1 && batch.value[2] == 3)
        #expect(batch.value[1].bitPattern == SampleBatch.staleMarker.bitPattern)
        #expect(batch.started == [0, 0, 0])
        #expect(batch.exemplarTime == [1_500] && batch.exemplarValue == [0.5])
        #expect(Array(batch.heap[batch.exemplarLabels[0]]) == LabelSet([("trace_id", "ab")]).bytes)
        #expect(batch.metadataType == [MetricType.gauge.rawValue])
        #expect(batch.heap.string(batch.metadataHelp[0]) == "Is it up?")
    }

    @Test func versionTwo() throws {
        var request = Message()
        let symbols = ["", "__name__", "lag_seconds_bucket", "le", "0.5", "Lag.", "seconds", "trace_id", "ff"]
        for symbol in symbols { request.bytes(4, Array(symbol.utf8)) }
        request.message(5) {
            $0.bytes(1, Message.packed([1, 2, 3, 4]))
            $0.message(2) {
                $0.double(1, 7)
                $0.varint(2, 5_000)
                $0.varint(3, 4_000)
            }
            $0.message(4) {
                $0.bytes(1, Message.packed([7, 8]))
                $0.double(2, 0.25)
                $0.varint(3, 4_500)
            }
            $0.message(5) {
                $0.varint(1, 3)
                $0.varint(3, 5)
                $0.varint(4, 6)
            }
        }
        let batch = try RemoteWrite.decode(snappy: Self.snappy(request.bytes), .two, options: options).batch
        #expect(labels(batch, 0) == LabelSet([("__name__", "lag_seconds_bucket"), ("le", "0.5")]))
        #expect(batch.value == [7] && batch.time == [5_000] && batch.started == [4_000])
        #expect(batch.exemplarTime == [4_500])
        #expect(batch.heap.string(batch.metadataName[0]) == "lag_seconds")
        #expect(batch.heap.string(batch.metadataUnit[0]) == "seconds")
        #expect(batch.metadataType == [MetricType.histogram.rawValue])
    }

    @Test func histograms() throws {
        var request = Message()
        request.bytes(
            1,
            Self.series([("__name__", "h")]) {
                $0.message(4) {
                    $0.varint(1, 12)
                    $0.double(3, 18.4)
                    $0.varint(4, Message.zigzag(1))
                    $0.double(5, 0.001)
                    $0.varint(6, 2)
                    $0.message(11) {
                        $0.varint(1, Message.zigzag(0))
                        $0.varint(2, 2)
                    }
                    $0.message(11) {
                        $0.varint(1, Message.zigzag(1))
                        $0.varint(2, 2)
                    }
                    $0.bytes(12, Message.packed([1, 1, -1, 0].map(Message.zigzag)))
                    $0.varint(14, 2)
                    $0.varint(15, 9_000)
                }
                // Custom bounds, float counts.
                $0.message(4) {
                    $0.double(2, 3)
                    $0.double(3, 4)
                    $0.varint(4, Message.zigzag(-53))
                    $0.message(11) {
                        $0.varint(1, 0)
                        $0.varint(2, 2)
                    }
                    $0.double(13, 1)
                    $0.double(13, 2)
                    $0.varint(15, 9_500)
                    $0.double(16, 5)
                }
                // More deltas than the spans have room for.
                $0.message(4) {
                    $0.bytes(12, Message.packed([2, 2]))
                    $0.varint(15, 9_600)
                }
            })
        let decoded = try RemoteWrite.decode(protobuf: request.bytes, .one, options: options)
        let found = decoded.batch.histogram.map { range in
            let bytes = Array(decoded.batch.heap[range])
            return NativeHistogram(encoded: bytes.span)
        }
        #expect(decoded.rejected == 1 && decoded.message.contains("spans"))
        #expect(found.count == 2 && decoded.batch.histogramTime == [9_000, 9_500])
        let first = try #require(found[0])
        #expect(first.positive == [1, 2, 1, 1] && first.count == 12 && first.schema == 1 && first.resetHint == 2)
        #expect(first.positiveRuns == [.init(offset: 0, length: 2), .init(offset: 1, length: 2)])
        let second = try #require(found[1])
        #expect(second.bounds == [5] && second.positive == [1, 2] && second.schema == -53 && second.count == 3)
    }

    @Test(arguments: [
        ([("job", "a")], "no metric name"), ([("__name__", "a"), ("x", "1"), ("x", "2")], "twice"),
        ([("__name__", "a"), ("", "2")], "no name"),
    ])
    func badLabels(_ labels: [(String, String)], _ message: String) throws {
        var request = Message()
        request.bytes(1, Self.series(labels) { Self.sample(1, 1, &$0) })
        request.bytes(1, Self.series([("__name__", "good")]) { Self.sample(2, 1, &$0) })
        let decoded = try RemoteWrite.decode(protobuf: request.bytes, .one, options: options)
        #expect(decoded.rejected == 1 && decoded.message.contains(message), "\(decoded.message)")
        #expect(decoded.batch.value == [2])
    }

    @Test func refusals() {
        #expect(throws: WireError.self) {
            // A reference to a symbol that is not there.
            var request = Message()
            request.bytes(4, [])
            request.message(5) { $0.bytes(1, Message.packed([1, 9])) }
            _ = try RemoteWrite.decode(protobuf: request.bytes, .two, options: options)
        }
        #expect(throws: WireError.self) {
            _ = try RemoteWrite.decode(snappy: [0xff, 0xff, 0xff, 0xff, 0x0f, 0], .one, options: options)
        }
        #expect(RemoteWrite.Version(contentType: "application/x-protobuf") == .one)
        #expect(
            RemoteWrite.Version(contentType: "application/x-protobuf;proto=io.prometheus.write.v2.Request") == .two)
        #expect(RemoteWrite.Version(contentType: "application/json") == nil)
    }

    /// Damaged requests are refused or decoded, and never cost the process.
    @Test func hostile() throws {
        var request = Message()
        for symbol in ["", "__name__", "x", "le"] { request.bytes(4, Array(symbol.utf8)) }
        request.message(5) {
            $0.bytes(1, Message.packed([1, 2]))
            $0.message(3) {
                $0.varint(4, Message.zigzag(3))
                $0.message(11) {
                    $0.varint(1, Message.zigzag(-5))
                    $0.varint(2, 3)
                }
                $0.bytes(12, Message.packed([1, 5, 2].map(Message.zigzag)))
                $0.varint(15, 1)
            }
        }
        let one = Self.series([("__name__", "a"), ("b", "c")]) { Self.sample(1, 5, &$0) }
        var random = SeededGenerator(seed: 0x5eed_0004)
        for round in 0..<4_000 {
            var bytes = round % 2 == 0 ? request.bytes : Message().with(one)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let version: RemoteWrite.Version = round % 2 == 0 ? .two : .one
            guard let decoded = try? RemoteWrite.decode(protobuf: bytes, version, options: options) else { continue }
            let batch = decoded.batch
            #expect(batch.series.allSatisfy { Int($0) < batch.seriesLabels.count })
            #expect(batch.histogramSeries.allSatisfy { Int($0) < batch.seriesLabels.count })
        }
    }
}

extension RemoteWriteTests.Message {
    fileprivate func with(_ series: [UInt8]) -> [UInt8] {
        var out = self
        out.bytes(1, series)
        return out.bytes
    }
}
