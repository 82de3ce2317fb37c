import TeleModel
import TeleWire
import Testing

struct WriterTests {
    @Test func fieldsComeBack() throws {
        var writer = ProtobufWriter()
        writer.string(1, "é")
        writer.sint32(2, -3)
        writer.sint64(3, .min)
        writer.double(4, -0.5)
        writer.fixed32(5, 7)
        writer.message(6) { (w: inout ProtobufWriter) in
            w.bytes(1, [UInt8](repeating: 9, count: 300))
            w.message(2) { (w: inout ProtobufWriter) in w.bool(1, true) }
        }
        writer.packed(7, uint64: [1, 300])
        writer.packed(8, double: [1.5])
        writer.id(9, high: 1, low: 2)
        var reader = ProtobufReader(writer.bytes.span.bytes)
        let value1 = try reader.tag()
        #expect(value1 == 0x0a)
        let value2 = try reader.range()
        #expect(value2 == 2..<4)
        let value3 = try reader.tag()
        #expect(value3 == 0x10)
        let value4 = try reader.sint32()
        #expect(value4 == -3)
        let value5 = try reader.tag()
        #expect(value5 == 0x18)
        let value6 = try reader.sint64()
        #expect(value6 == .min)
        let value7 = try reader.tag()
        #expect(value7 == 0x21)
        let value8 = try reader.double()
        #expect(value8 == -0.5)
        let value9 = try reader.tag()
        #expect(value9 == 0x2d)
        let value10 = try reader.fixed32()
        #expect(value10 == 7)
        let value11 = try reader.tag()
        #expect(value11 == 0x32)
        var inner = try reader.message()
        let value12 = try inner.tag()
        #expect(value12 == 0x0a)
        let value13 = try inner.range().count
        #expect(value13 == 300)
        let value14 = try inner.tag()
        #expect(value14 == 0x12)
        let value15 = try inner.range().count
        #expect(value15 == 2)
        let isInnerAtEnd = inner.isAtEnd
        #expect(isInnerAtEnd)
        let value16 = try reader.tag()
        #expect(value16 == 0x3a)
        var packed = try reader.message()
        let value17 = try packed.varint()
        #expect(value17 == 1)
        let value18 = try packed.varint()
        #expect(value18 == 300)
        try reader.skip(try reader.tag())
        let value19 = try reader.tag()
        #expect(value19 == 0x4a)
        let value20 = try reader.range().count
        #expect(value20 == 16)
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd)
    }

    @Test func responses() {
        #expect(OTLP.response(.logs, encoding: .protobuf) == [])
        #expect(OTLP.response(.logs, encoding: .json) == Array("{}".utf8))
        #expect(
            String(decoding: OTLP.response(.traces, rejected: 2, message: "a\"b", encoding: .json), as: UTF8.self)
                == #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"a\"b"}}"#)
        #expect(
            OTLP.response(.traces, rejected: 2, message: "x", encoding: .protobuf)
                == [0x0a, 0x05, 0x08, 0x02, 0x12, 0x01, 0x78])
        #expect(OTLP.status(code: 3, message: "x", encoding: .protobuf) == [0x08, 0x03, 0x12, 0x01, 0x78])
        #expect(OTLP.status(code: 3, message: "x", encoding: .json) == Array(#"{"code":3,"message":"x"}"#.utf8))
    }

    @Test func valuesAsText() throws {
        let body = """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"kvlistValue":{"values":[
            {"key":"z","value":{"arrayValue":{"values":[{"stringValue":"x<"},{"intValue":"2"},{"doubleValue":2.5},
            {"doubleValue":1e-7},{"doubleValue":1e21},{"doubleValue":1},{}]}}},
            {"key":"a","value":{"bytesValue":"AQI="}},{"key":"a","value":{"boolValue":true}}]}}}]}]}]}
            """
        let batch = try OTLP.decodeLogs(json: Array(body.utf8), options: DecodeOptions(now: 1)).batch
        #expect(
            ValueText.text(of: batch.bodyValue(0), heap: batch.core.heap)
                == #"{"a":true,"z":["x<",2,2.5,1e-7,1e+21,1,null]}"#)
        #expect(ValueText.text(of: .double(0.25), heap: ByteHeap()) == "0.25")
        #expect(ValueText.text(of: .empty, heap: ByteHeap()) == "")
    }
}
