import TeleModel
import TeleTestKit
import Testing

@testable import TeleCodec

/// Hostile columns against the plain values, and a count of what they were stored as: no encoding goes untested.
@Suite struct EncodingTests {
    private static let counts = [1, 2, 3, 4, 23, 24, 25, 127, 128, 129, 1_000, 1_100, 5_000]

    private static func integers(_ shape: Int, _ count: Int, _ random: inout SeededGenerator) -> [UInt64] {
        let edges: [UInt64] = [0, 1, .max, UInt64(bitPattern: .min), UInt64(bitPattern: .max), .max - 1]
        var state = random.next()
        return (0..<count).map { i in
            switch shape {
            case 0: return edges[random.below(edges.count)]
            case 1: return edges[i % 2 == 0 ? 3 : 4]
            case 2: return edges[3]
            case 3: return UInt64(i) &* 0x8000_0000_0000_0001
            case 4: return UInt64(i) &* UInt64(i)
            case 5:
                state &+= random.chance(0.01) ? random.next() : UInt64(random.below(1 << 20))
                return state
            case 6: return random.chance(0.001) ? .max : UInt64(random.below(256))
            case 7: return UInt64(i / 300) &* 0x0101_0101_0101_0101
            case 8: return UInt64(random.below(20)) &* 0x9e37_79b9_7f4a_7c15
            case 9: return random.next() >> UInt64(random.below(64))
            case 10: return 1_700_000_000_000 &+ UInt64(i) &* 10_000 &+ UInt64(random.below(3))
            case 11: return UInt64(random.below(64)) &* UInt64(random.below(64)) &* 4
            case 12: return random.next()
            case 13: return random.chance(0.9) ? 200 : UInt64(400 + random.below(120))
            default: return UInt64(max(0, i - count + 1))
            }
        }
    }

    @Test func integersComeBackFromEveryEncoding() throws {
        var uses: [String: Int] = [:]
        var modes: [ColumnEncoder.ByteMode: Int] = [:]
        for shape in 0..<15 {
            for count in Self.counts {
                var random = SeededGenerator(seed: UInt64(shape * 100_000 + count))
                let values = Self.integers(shape, count, &random)
                var bytes: [UInt8] = []
                IntColumn.encode(values, into: &bytes)
                uses[IntColumn.encodingName(bytes), default: 0] += 1
                var at = 0
                #expect(
                    try IntColumn.decode(bytes.span, at: &at, count: count) == values, "shape \(shape) of \(count)")
                #expect(at == bytes.count, "shape \(shape) of \(count)")
                // Never worse than the values themselves by more than a header.
                #expect(bytes.count <= count * 8 + 24, "shape \(shape) of \(count): \(bytes.count)")
                let choice = ColumnEncoder.choose(values.span, ColumnEncoder.Statistics(values.span), depth: 0)
                if choice.encoding == .planes || choice.encoding == .deltaPlanes {
                    for plane in 0..<8 { modes[choice.planes[plane], default: 0] += 1 }
                }
            }
        }
        let all: [ColumnEncoder.IntEncoding] = [
            .constant, .packed, .delta, .deltaOfDelta, .dictionary, .runs, .planes, .deltaPlanes,
        ]
        for encoding in all { #expect(uses["\(encoding)", default: 0] > 0, "no column was \(encoding): \(uses)") }
        #expect(uses.count == all.count)
        for mode in [ColumnEncoder.ByteMode.raw, .deflate, .huffman] { #expect(modes[mode, default: 0] > 0, "\(mode)") }
    }

    @Test func doublesComeBackBitForBit() throws {
        let edges: [Double] = [
            0, -0.0, .infinity, -.infinity, .nan, -.nan, .signalingNaN, Double(bitPattern: 0x7ff8_0000_dead_beef),
            .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p53, -0x1p53, 0x1p63, 1e300, 0.1,
        ]
        var uses: [String: Int] = [:]
        for shape in 0..<6 {
            for count in Self.counts {
                var random = SeededGenerator(seed: UInt64(shape * 100_000 + count))
                let values: [Double] = (0..<count).map { i in
                    switch shape {
                    case 0: edges[random.below(edges.count)]
                    case 1: i % 2 == 0 ? 0 : -0.0
                    case 2: Double(random.below(1_000_000)) / 1000
                    case 3: random.chance(0.02) ? edges[random.below(edges.count)] : Double(random.below(90)) / 10
                    case 4: 20 + Double(i / 50) * 0x1p-40
                    default: Double(bitPattern: random.next())
                    }
                }
                var bytes: [UInt8] = []
                DoubleColumn.encode(values, into: &bytes)
                uses[String(DoubleColumn.encodingName(bytes).prefix { $0 != "," }), default: 0] += 1
                var reader = ByteReader(bytes.span.bytes)
                let back = try DoubleColumn.decode(&reader, count: count)
                #expect(back.map(\.bitPattern) == values.map(\.bitPattern), "shape \(shape) of \(count)")
            }
        }
        for encoding in ["bits", "decimal", "xor"] { #expect(uses[encoding, default: 0] > 0, "\(encoding): \(uses)") }
    }

    private static func text(_ shape: Int, _ i: Int, _ random: inout SeededGenerator) -> String {
        switch shape {
        case 0: return ""
        case 1: return "level \(["info", "warn"][i % 2])"
        case 2: return String(repeating: "9", count: random.below(40)) + "x" + String(repeating: "0", count: i % 19)
        case 3: return "\u{10}\(i)\u{11}\(i)\u{12}\(i)\u{10}\u{10}"
        case 4: return (0..<120).map { "\($0 &* i % 7)" }.joined(separator: "-")
        case 5: return "id \(Hex.string(random.next()))\(Hex.string(random.next())) of u\(random.below(9))"
        case 6:
            return
                "2026-11-21 08:\(10 + i / 600):\(10 + i / 10 % 50) [\(random.below(4))] took \(random.below(9000)) ms"
        case 7: return String(decoding: random.bytes(random.below(12)), as: UTF8.self)
        default: return "\(random.below(10))"
        }
    }

    @Test func textsComeBackFromEveryEncoding() throws {
        var uses: [String: Int] = [:]
        for shape in 0..<9 {
            for count in Self.counts {
                var random = SeededGenerator(seed: UInt64(shape * 100_000 + count))
                var heap = ByteHeap()
                let texts = (0..<count).map { Self.text(shape, $0, &random) }
                let ranges = texts.map { heap.append($0) }
                var bytes: [UInt8] = []
                TextColumn.encode(ranges.span, heap: heap.bytes.span, into: &bytes)
                uses[TextColumn.encodingName(bytes), default: 0] += 1
                var reader = ByteReader(bytes.span.bytes)
                var out = ByteHeap()
                let back = try TextColumn.decode(&reader, count: count, into: &out)
                #expect(back.map { out.string($0) } == texts, "shape \(shape) of \(count)")
                let rows = (0..<count).filter { _ in random.chance(0.05) }
                var again = ByteReader(bytes.span.bytes)
                var few = ByteHeap()
                let picked = try TextColumn.decode(&again, count: count, rows: rows, into: &few)
                #expect(picked.map { few.string($0) } == rows.map { texts[$0] }, "rows of shape \(shape) of \(count)")
            }
        }
        for encoding in ["constant", "dictionary", "raw", "templates"] {
            #expect(uses[encoding, default: 0] > 0, "\(encoding): \(uses)")
        }
    }

    /// Slots with the same bytes around them are one column, whatever template they are of.
    @Test func slotsShareColumnsByContext() {
        let templates = [
            "at \u{11} from \u{11}: ok", "at \u{11} from \u{11}: refused", "to \u{12}\u{8} ", "to \u{12}\u{9} ",
        ]
        let text = templates.flatMap { Array($0.utf8) }
        let contexts = SlotContexts(text.span, lengths: templates.map { UInt64($0.utf8.count) })
        #expect(contexts.codes == [0, 1, 0, 1, 2, 3])
        #expect(contexts.ends == [2, 4, 5, 6])
        #expect(contexts.counts(uses: [5, 7, 1, 2]) == [12, 12, 1, 2])
    }
}
