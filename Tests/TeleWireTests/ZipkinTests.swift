import TeleModel
import TeleTestKit
import TeleWire
import Testing

struct ZipkinTests {
    private static let options = DecodeOptions(now: 5_000_000_000)
    private static let json = #"""
        [{"traceId":"0000000000000000463ac35c9f6413ad","id":"a2fb4a1d1a96d312","parentId":"463ac35c9f6413ad",
          "kind":"CLIENT","name":"GET /API","timestamp":1000000,"duration":250,
          "localEndpoint":{"serviceName":"Front","ipv4":"10.0.0.1","port":8080},
          "remoteEndpoint":{"serviceName":"Back","ipv6":"2001:db8::c001","port":443},
          "annotations":[{"timestamp":1000100,"value":"ws"},{"timestamp":1000050,"value":"a"},{"timestamp":1000050,"value":"a"}],
          "tags":{"http.method":"GET","error":""},"debug":true,"shared":true,"unknown":{"x":[1,null]}},
         {"traceId":"a6","id":"b6","name":null,"parentId":"b6"}]
        """#

    private func text(_ batch: SpanBatch, _ key: String, _ row: Int) -> String? {
        batch.core.keyIndex(key).flatMap { batch.attributes.value(of: $0, owner: row) }
            .map { ValueText.text(of: $0, heap: batch.core.heap) }
    }

    private func check(_ batch: SpanBatch) {
        #expect(batch.count == 2)
        #expect(batch.traceHigh == [0, 0] && batch.traceLow == [0x463a_c35c_9f64_13ad, 0xa6])
        #expect(batch.parent == [0x463a_c35c_9f64_13ad, 0])
        #expect(batch.start == [1_000_000_000, 5_000_000_000] && batch.end[0] == 1_000_250_000)
        #expect(batch.kind == [3, 0] && batch.statusCode == [2, 0])
        #expect(batch.core.heap.string(batch.name[0]) == "get /api")
        #expect(batch.core.serviceName(resource: Int(batch.resource[0])) == "front")
        #expect(text(batch, Zipkin.peerServiceKey, 0) == "back")
        #expect(text(batch, Zipkin.peerIPv6Key, 0) == "2001:db8::c001")
        #expect(text(batch, Zipkin.peerPortKey, 0) == "443")
        #expect(text(batch, "http.method", 0) == "GET" && text(batch, "error", 0) == "")
        #expect(text(batch, Zipkin.sharedKey, 0) == "true" && text(batch, Zipkin.debugKey, 0) == "true")
        #expect(text(batch, Zipkin.untimedKey, 0) == nil && text(batch, Zipkin.untimedKey, 1) == "true")
        #expect(batch.events.rows(of: 0).map { batch.core.heap.string(batch.events.name[$0]) } == ["a", "ws"])
    }

    @Test func readsJSON() throws {
        check(try Zipkin.decode(json: Array(Self.json.utf8), options: Self.options).batch)
    }

    // MARK: Protobuf

    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var out = [number << 3 | 2]
        Varint.append(UInt64(bytes.count), to: &out)
        return out + bytes
    }

    private static func fixed(_ number: UInt8, _ value: UInt64) -> [UInt8] {
        [number << 3 | 1] + (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }

    private static func id(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - $0 * 8)) }
    }

    private static func map(_ key: String, _ value: String) -> [UInt8] {
        field(11, field(1, Array(key.utf8)) + field(2, Array(value.utf8)))
    }

    private static func annotation(_ time: UInt64, _ value: String) -> [UInt8] {
        field(10, fixed(1, time) + field(2, Array(value.utf8)))
    }

    private static var protobuf: [UInt8] {
        let ipv6: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 10) + [0xc0, 0x01]
        var first = field(1, id(0) + id(0x463a_c35c_9f64_13ad)) + field(2, id(0x463a_c35c_9f64_13ad))
        first += field(3, id(0xa2fb_4a1d_1a96_d312)) + [0x20, 1] + field(5, Array("GET /API".utf8))
        first += fixed(6, 1_000_000) + [0x38, 0xfa, 0x01]
        first += field(8, field(1, Array("Front".utf8)) + field(2, [10, 0, 0, 1]) + [0x20, 0x90, 0x3f])
        first += field(9, field(1, Array("Back".utf8)) + field(3, ipv6) + [0x20, 0xbb, 0x03])
        first += annotation(1_000_100, "ws") + annotation(1_000_050, "a") + annotation(1_000_050, "a")
        first += map("http.method", "GET") + map("error", "") + [0x60, 1, 0x68, 1]
        let second = field(1, id(0xa6)) + field(2, id(0xb6)) + field(3, id(0xb6))
        return field(1, first) + field(1, second)
    }

    @Test func readsProtobuf() throws {
        check(try Zipkin.decode(protobuf: Self.protobuf, options: Self.options).batch)
    }

    @Test(arguments: [
        "not json", "{}", "[", "[1]", #"[{"traceId":"0","id":"1"}]"#, #"[{"id":"1"}]"#, #"[{"traceId":"1"}]"#,
        #"[{"traceId":"ABC","id":"1"}]"#, #"[{"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","id":"1"}]"#,
        #"[{"traceId":"1","id":"11111111111111111"}]"#, #"[{"traceId":"1","id":"1","kind":"WAITER"}]"#,
        #"[{"traceId":"1","id":"1","timestamp":"x"}]"#, #"[{"traceId":"1","id":"1","timestamp":-1}]"#,
        #"[{"traceId":"1","id":"1","duration":1.5}]"#, #"[{"traceId":"1","id":"1","tags":[]}]"#,
        #"[{"traceId":"1","id":"1","tags":{"a":{}}}]"#, #"[{"traceId":"1","id":"1"}] x"#,
        #"[{"traceId":"1","id":"1"},]"#,
        #"[{"traceId":"1","id":"1","localEndpoint":{"port":70000}}]"#, #"[{"traceId":5,"id":"1"}]"#,
    ])
    func refuses(_ text: String) {
        #expect(throws: WireError.self) { try Zipkin.decode(json: Array(text.utf8), options: Self.options) }
    }

    @Test func emptyListsAreFine() throws {
        #expect(try Zipkin.decode(json: Array(" [ ] ".utf8), options: Self.options).batch.count == 0)
        #expect(try Zipkin.decode(protobuf: [], options: Self.options).batch.count == 0)
    }

    /// Times that no clock shows saturate.
    @Test func hugeTimesSaturate() throws {
        let text = #"[{"traceId":"1","id":"1","timestamp":18446744073709551615,"duration":18446744073709551615}]"#
        let batch = try Zipkin.decode(json: Array(text.utf8), options: Self.options).batch
        #expect(batch.start == [.max] && batch.end == [.max])
    }

    /// Whatever comes in, the answer is a batch or an error.
    @Test func survivesMutations() {
        var random = SeededGenerator(seed: 0x21b)
        var accepted = 0
        for round in 0..<4000 {
            var bytes = round % 2 == 0 ? Array(Self.json.utf8) : Self.protobuf
            for _ in 0..<(1 + random.below(4)) {
                let at = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
                }
            }
            let decoded =
                try? round % 2 == 0
                ? Zipkin.decode(json: bytes, options: Self.options)
                : Zipkin.decode(protobuf: bytes, options: Self.options)
            guard let batch = decoded?.batch else { continue }
            accepted += 1
            #expect(batch.attributes.ownerCount == batch.count && batch.events.ends.count == batch.count)
        }
        #expect(accepted > 100)
    }
}
