import TeleModel
import TeleTestKit
import Testing

@testable import TeleCodec

@Suite struct ColumnTests {
    /// Columns of every shape that an encoding is made for, and some that none is.
    static func numbers(_ shape: Int, _ count: Int, _ random: inout SeededGenerator) -> [UInt64] {
        var state = random.next()
        let few = (0..<6).map { _ in random.next() }
        return (0..<count).map { i in
            switch shape {
            case 0: return 7
            case 1: return random.next()
            case 2: return UInt64(random.below(1000))
            case 3:
                state &+= UInt64(random.below(2_000_000))
                return state
            case 4: return 1_700_000_000_000 &+ UInt64(i) &* 15_000 &+ UInt64(random.below(3))
            case 5: return few[random.below(6)]
            case 6:
                if random.chance(0.02) { state = random.next() }
                return state
            case 7: return UInt64(bitPattern: Int64(random.below(200)) - 100)
            case 8: return random.chance(0.01) ? .max : 0
            case 9: return UInt64(i)
            case 10: return UInt64.max &- UInt64(i & 3)
            default: return random.chance(0.5) ? UInt64(bitPattern: .min) : UInt64(bitPattern: .max)
            }
        }
    }

    @Test(arguments: 0..<12)
    func numbersRoundTrip(shape: Int) throws {
        var random = SeededGenerator(seed: UInt64(shape) &+ 1)
        for count in [0, 1, 2, 3, 23, 24, 64, 65, 500, 6000] {
            let values = ColumnTests.numbers(shape, count, &random)
            var bytes: [UInt8] = [0xee]
            IntColumn.encode(values, into: &bytes)
            bytes.append(0xdd)
            var at = 1
            let back = try IntColumn.decode(bytes.span, at: &at, count: count)
            #expect(back == values, "shape \(shape) count \(count)")
            #expect(at == bytes.count - 1)
        }
    }

    @Test func encodingsEarn() {
        var random = SeededGenerator(seed: 5)
        let most: [Int: Double] = [0: 0.01, 2: 1.3, 3: 2.75, 4: 0.4, 5: 0.4, 6: 0.5, 8: 0.1, 9: 0.01]
        for (shape, limit) in most {
            var bytes: [UInt8] = []
            IntColumn.encode(ColumnTests.numbers(shape, 6000, &random), into: &bytes)
            #expect(Double(bytes.count) / 6000 < limit, "shape \(shape): \(bytes.count) bytes")
        }
    }

    @Test(arguments: 0..<7)
    func doublesRoundTrip(shape: Int) throws {
        var random = SeededGenerator(seed: UInt64(shape) &+ 50)
        for count in [0, 1, 5, 64, 3000] {
            let values: [Double] = (0..<count).map { i in
                switch shape {
                case 0: Double(random.below(100_000)) / 1000
                case 1: Double(bitPattern: random.next())
                case 2: Double(i)
                case 3: 20 + Double(random.next() >> 11) * 0x1p-53
                case 4: random.chance(0.01) ? .nan : Double(random.below(50)) / 10
                case 5: random.chance(0.5) ? -0.0 : 0.0
                default: random.chance(0.01) ? .infinity : 1e300
                }
            }
            var bytes: [UInt8] = []
            DoubleColumn.encode(values, into: &bytes)
            var reader = ByteReader(bytes.span.bytes)
            let back = try DoubleColumn.decode(&reader, count: count)
            #expect(back.map(\.bitPattern) == values.map(\.bitPattern))
            let isAtEnd = reader.isAtEnd
            #expect(isAtEnd)
        }
    }

    @Test(arguments: 0..<8)
    func textsRoundTrip(shape: Int) throws {
        var batches = RandomBatches(seed: UInt64(shape) &+ 70)
        for count in [0, 1, 2, 10, 700, 5000] {
            var heap = ByteHeap()
            let ranges: [ByteRange] = (0..<count).map { i in
                switch shape {
                case 0: heap.append("the same")
                case 1: heap.append(["a", "bb", ""][i % 3])
                case 2: heap.append("10.\(i % 256).3.\(i % 7)")
                case 3:
                    heap.append("conn \(i) from 10.0.0.\(i % 256):0\(i % 60) id=\(Hex.string(batches.random.next()))")
                case 4: heap.append(batches.random.bytes(batches.random.below(40)).span)
                case 5: heap.append("u\(i * 7919 % 100_000)")
                case 6:
                    heap.append(
                        "req-38101a0b-2096-447d-96ea-a6921624\(1000 + i % 9000) 007 \(i).\(i % 10)00 \u{10}\u{11}\u{12}\u{13}"
                    )
                default: batches.text(&heap)
                }
            }
            var bytes: [UInt8] = []
            TextColumn.encode(ranges.span, heap: heap.bytes.span, into: &bytes)
            var reader = ByteReader(bytes.span.bytes)
            var out = ByteHeap()
            let back = try TextColumn.decode(&reader, count: count, into: &out)
            let isAtEnd = reader.isAtEnd
            #expect(isAtEnd)
            #expect(back.map { Array(out[$0]) } == ranges.map { Array(heap[$0]) })
            let rows = (0..<count).filter { _ in batches.random.chance(0.1) }
            var again = ByteReader(bytes.span.bytes)
            var few = ByteHeap()
            let picked = try TextColumn.decode(&again, count: count, rows: rows, into: &few)
            #expect(picked.map { Array(few[$0]) } == rows.map { Array(heap[ranges[$0]]) })
        }
    }

    @Test func brokenColumnsNeverTrap() {
        var random = SeededGenerator(seed: 11)
        var batches = RandomBatches(seed: 12)
        var heap = ByteHeap()
        let ranges = (0..<300).map { _ in batches.text(&heap) }
        for shape in 0..<12 {
            let values = ColumnTests.numbers(shape, 300, &random)
            var bytes: [UInt8] = []
            IntColumn.encode(values, into: &bytes)
            DoubleColumn.encode(values.map { Double(bitPattern: $0) }, into: &bytes)
            TextColumn.encode(ranges.span, heap: heap.bytes.span, into: &bytes)
            for _ in 0..<30 {
                let broken = Mutation.apply(bytes, &random)
                var reader = ByteReader(broken.span.bytes)
                _ = try? IntColumn.decode(&reader, count: 300)
                _ = try? DoubleColumn.decode(&reader, count: 300)
                var out = ByteHeap()
                if let back = try? TextColumn.decode(&reader, count: 300, into: &out) {
                    for range in back { _ = out[range] }
                }
            }
        }
    }
}
