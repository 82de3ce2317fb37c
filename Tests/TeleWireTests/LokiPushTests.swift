import TeleModel
import TeleTestKit
import TeleWire
import Testing

struct LokiPushTests {
    private let options = DecodeOptions(now: 99)

    private func rows(_ batch: LogBatch) -> [String] {
        (0..<batch.count).map { row in
            let resource = Int(batch.resource[row])
            let labels = LokiMapping.streamLabels(batch.core, resource: resource).map { "\($0.name)=\($0.value)" }
            let metadata = LokiMapping.recordMetadata(batch, row: row).map { "\($0.name)=\($0.value)" }
            let line = String(decoding: LokiMapping.line(batch, row: row), as: UTF8.self)
            return "\(labels.joined(separator: ",")) \(batch.timestamp(row)) \(line) \(metadata.joined(separator: ","))"
        }
    }

    /// A string literal as a snappy block of one or more literals.
    private func snappy(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        Varint.append(UInt64(bytes.count), to: &out)
        for start in stride(from: 0, to: bytes.count, by: 60) {
            let part = bytes[start..<min(start + 60, bytes.count)]
            out.append(UInt8(part.count - 1) << 2)
            out += part
        }
        return out
    }

    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var out = [number << 3 | 2]
        Varint.append(UInt64(bytes.count), to: &out)
        return out + bytes
    }

    private func push(labels: String, seconds: UInt64, line: [UInt8]) -> [UInt8] {
        var time: [UInt8] = [0x08]
        Varint.append(seconds, to: &time)
        time += [0x10, 5]
        let metadata = field(1, Array("k".utf8)) + field(2, Array("v".utf8))
        let entry = field(1, time) + field(2, line) + field(3, metadata)
        return field(1, field(1, Array(labels.utf8)) + field(2, entry))
    }

    @Test func readsJSON() throws {
        let body = """
            {"x":[1,{"y":2}],"streams":[{"values":[["7","a\\nb",{"m.n":"é"}],["7","a\\nb",{"m.n":"é"}],["8","c"]],
            "stream":{"app":"api","empty":""}},{"stream":{"app":"api"},"values":[["9","d"]]},{"stream":{}}]}
            """
        let decoded = try LokiPush.decode(json: Array(body.utf8), options: options)
        #expect(
            rows(decoded.batch) == [
                "app=api,service_name=api 7 a\nb m_n=é", "app=api,service_name=api 8 c ",
                "app=api,service_name=api 9 d ",
            ])
        #expect(decoded.batch.core.resources.count == 1)
    }

    @Test func readsSnappyProtobuf() throws {
        let message = push(labels: #"{app="a\"b", z="é" ,}"#, seconds: 3, line: [0x68, 0x69, 0xff])
        let decoded = try LokiPush.decode(snappy: snappy(message), options: options)
        #expect(rows(decoded.batch) == ["app=a\"b,service_name=a\"b,z=é 3000000005 hi\u{fffd} k=v"])
    }

    @Test(arguments: [
        "", "hello", "[]", #"{"streams":[{"#, #"{"streams":[{"stream":{"a-b":"x"},"values":[]}]}"#,
        #"{"streams":[{"stream":{"a":"x"},"values":[["notatime","l"]]}]}"#,
        #"{"streams":[{"stream":{"a":"x"},"values":[["1",5]]}]}"#,
        #"{"streams":[{"stream":{"a":1},"values":[["1","l"]]}]}"#,
        #"{"streams":[{"stream":{"a":"x"},"values":[["1"]]}]}"#, #"{"streams":[{"values":[["1","l",{"a":5}]]}]}"#,
        #"{"streams":[{"values":[["-1","l"]]}]}"#, #"{"streams":[]} x"#,
    ])
    func refusesJSON(body: String) {
        #expect(throws: WireError.self) { try LokiPush.decode(json: Array(body.utf8), options: options) }
    }

    @Test(arguments: [#"{a="b""#, #"a="b"}"#, #"{a=b}"#, #"{1a="b"}"#, #"{a="b"} x"#, #"{a="\q"}"#, "", #"{a~"b"}"#])
    func refusesLabels(labels: String) {
        let message = push(labels: labels, seconds: 1, line: [])
        #expect(throws: WireError.self) { try LokiPush.decode(protobuf: message, options: options) }
    }

    @Test func keepsRetention() throws {
        var options = options
        options.oldest = 10
        let body = #"{"streams":[{"stream":{"a":"b"},"values":[["9","old",{"k":"v"}],["10","new"]]}]}"#
        let decoded = try LokiPush.decode(json: Array(body.utf8), options: options)
        #expect(rows(decoded.batch) == ["a=b,service_name=unknown_service 10 new "])
        #expect(decoded.rejected == 1)
    }

    @Test func unpacksCopies() throws {
        // "abcd" and a copy that overlaps itself: 10 bytes from 4 back; then one with a two-byte offset.
        let block: [UInt8] = [18, 3 << 2, 0x61, 0x62, 0x63, 0x64, 6 << 2 | 1, 4, 3 << 2 | 2, 4, 0]
        let out = try Snappy.decompress(block.span, limit: 100)
        #expect(String(decoding: out, as: UTF8.self) == "abcdabcdabcdabcdab")
    }

    @Test func boundsSnappy() {
        let bad: [[UInt8]] = [
            [], [0x80], [5, 0], [4, 3 << 2, 1, 2, 3], [200, 1, 0x61], [4, 0 << 2 | 1, 1], [3, 3 << 2, 1, 2, 3, 4],
            [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1], [4, 63 << 2, 0xff, 0xff, 0xff, 0xff, 1], [4, 0, 1, 1, 0],
        ]
        for block in bad {
            #expect(throws: WireError.self) { try Snappy.decompress(block.span, limit: 1 << 20) }
        }
        let declared: [UInt8] = [0xff, 0xff, 0xff, 0x7f, 0]
        #expect { try Snappy.decompress(declared.span, limit: 100) } throws: { ($0 as? WireError)?.kind == .tooLarge }
    }

    /// Mutated requests: refused or kept in part, never a trap, and what is kept has columns of one length.
    @Test func survivesMutations() throws {
        let seed: UInt64 = 7_211
        var generator = SeededGenerator(seed: seed)
        let json = Array(
            #"{"streams":[{"stream":{"a":"b\u00e9"},"values":[["1","x",{"k":"\ud83d"}],["2","y"]]},{"values":[]}]}"#
                .utf8)
        let message = push(labels: #"{a="b", c="\x41"}"#, seconds: 5, line: Array("line".utf8))
        let packed = snappy(message + message)
        for _ in 0..<4_000 {
            for (kind, original) in [json, message, packed].enumerated() {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let at = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.insert(bytes[at], at: at)
                    default: if bytes.count > 1 { bytes.remove(at: at) }
                    }
                }
                let decoded =
                    switch kind {
                    case 0: try? LokiPush.decode(json: bytes, options: options)
                    case 1: try? LokiPush.decode(protobuf: bytes, options: options)
                    default: try? LokiPush.decode(snappy: bytes, limit: 1 << 16, options: options)
                    }
                guard let batch = decoded?.batch else { continue }
                let counts: Set = [
                    batch.count, batch.resource.count, batch.body.count, batch.attributes.ownerCount, batch.scope.count,
                ]
                #expect(counts.count == 1, "seed \(seed)")
                _ = rows(batch)
            }
        }
    }
}
