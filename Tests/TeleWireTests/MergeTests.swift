import TeleModel
import TeleWire
import Testing

/// What protobuf parsers merge: a sub-message that stands more than once, one oneof field after another.
struct MergeTests {
    private func log(_ body: (inout ProtobufWriter) -> Void) throws -> LogBatch {
        var writer = ProtobufWriter()
        writer.message(1) { (group: inout ProtobufWriter) in
            group.message(2) { (scope: inout ProtobufWriter) in
                scope.message(2) { (record: inout ProtobufWriter) in body(&record) }
            }
        }
        let decoded = try OTLP.decodeLogs(protobuf: writer.bytes, options: DecodeOptions(now: 1))
        #expect(decoded.rejected == 0)
        return decoded.batch
    }

    private func text(_ batch: LogBatch) -> String {
        ValueText.json(of: batch.bodyValue(0), heap: batch.core.heap)
    }

    @Test func bodiesMerge() throws {
        func item(_ writer: inout ProtobufWriter, _ number: Int64) {
            writer.message(5) { (body: inout ProtobufWriter) in
                body.message(5) { (list: inout ProtobufWriter) in
                    list.message(1) { (value: inout ProtobufWriter) in value.int64(3, number) }
                }
            }
        }
        let joined = try log { record in
            item(&record, 1)
            item(&record, 2)
        }
        #expect(text(joined) == "[1,2]")
        let replaced = try log { record in
            item(&record, 1)
            record.message(5) { (body: inout ProtobufWriter) in body.string(1, "x") }
            item(&record, 2)
        }
        #expect(text(replaced) == "[2]")
    }

    @Test func kindsKeepTheirNumbers() throws {
        let batch = try log { record in
            record.message(6) { (pair: inout ProtobufWriter) in
                pair.message(2) { (value: inout ProtobufWriter) in value.int64(3, 5) }
                pair.string(1, "key")
                pair.message(2) { (value: inout ProtobufWriter) in value.bool(2, true) }
            }
            for field in 1...7 {
                record.message(6) { (pair: inout ProtobufWriter) in
                    pair.string(1, "key")
                    pair.message(2) { (value: inout ProtobufWriter) in
                        switch field {
                        case 2: value.bool(2, true)
                        case 3: value.int64(3, -1)
                        case 4: value.double(4, 0.5)
                        default: value.bytes(field, [])
                        }
                    }
                }
            }
        }
        let kinds = batch.attributes.entries(of: 0).map { batch.attributes.value(at: $0).kind }
        #expect(kinds == [.bool, .string, .bool, .int, .double, .array, .map, .bytes])
        #expect(batch.core.keys.count == 1)
    }
}
