import ArgumentParser
import TeleCodec
import TeleModel

struct EncodingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encodings",
        abstract: "Every column encoding on a shape of data that it is for: MB/s in and out of one core, bytes a value."
    )

    @Option(help: "Values a column.") var values = 65_536
    @Option(help: "How often each is measured; the fastest counts.") var times = 5
    @Flag(help: "One JSON line.") var json = false

    func run() throws {
        guard values >= 1, values <= 4 << 20, times >= 1 else {
            throw ValidationError("--values is 1 to 4194304, --times at least 1")
        }
        var table = BenchTable(
            "encodings of \(values) values", ["shape", "encoding", "in MB/s", "out MB/s", "bytes a value"])
        var shapes = ValueShapes(count: values)
        for (name, numbers) in shapes.integers() { try measure(numbers, name, &table) }
        for (name, doubles) in shapes.doubles() { try measure(doubles, name, &table) }
        for (name, texts) in shapes.texts() { try measure(texts, name, &table) }
        table.print(json: json)
    }

    private func measure(_ numbers: [UInt64], _ name: String, _ table: inout BenchTable) throws {
        var bytes: [UInt8] = []
        let input = fastest {
            bytes.removeAll(keepingCapacity: true)
            IntColumn.encode(numbers, into: &bytes)
        }
        var offset = 0
        let output = try fastest {
            offset = 0
            _ = try IntColumn.decode(bytes.span, at: &offset, count: numbers.count)
        }
        add(name, IntColumn.encodingName(bytes), numbers.count, numbers.count * 8, bytes.count, input, output, &table)
    }

    private func measure(_ doubles: [Double], _ name: String, _ table: inout BenchTable) throws {
        var bytes: [UInt8] = []
        let input = fastest {
            bytes.removeAll(keepingCapacity: true)
            DoubleColumn.encode(doubles, into: &bytes)
        }
        let output = try fastest {
            var reader = ByteReader(bytes.span.bytes)
            _ = try DoubleColumn.decode(&reader, count: doubles.count)
        }
        add(
            name, DoubleColumn.encodingName(bytes), doubles.count, doubles.count * 8, bytes.count, input, output, &table
        )
    }

    private func measure(_ texts: [String], _ name: String, _ table: inout BenchTable) throws {
        var heap = ByteHeap()
        let ranges = texts.map { heap.append($0) }
        var bytes: [UInt8] = []
        let input = fastest {
            bytes.removeAll(keepingCapacity: true)
            TextColumn.encode(ranges.span, heap: heap.bytes.span, into: &bytes)
        }
        let output = try fastest {
            var reader = ByteReader(bytes.span.bytes)
            var heap = ByteHeap()
            _ = try TextColumn.decode(&reader, count: ranges.count, into: &heap)
        }
        let size = texts.reduce(0) { $0 + $1.utf8.count }
        add(name, TextColumn.encodingName(bytes), texts.count, size, bytes.count, input, output, &table)
    }

    private func add(
        _ name: String, _ encoding: String, _ count: Int, _ plain: Int, _ packed: Int, _ input: Double,
        _ output: Double, _ table: inout BenchTable
    ) {
        table.row([
            .text(name), .text(encoding), .number(Double(plain) / input / 1e6), .number(Double(plain) / output / 1e6),
            .number(Double(packed) / Double(count)),
        ])
    }

    /// CPU seconds of the fastest run.
    private func fastest(_ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<times {
            // Repeated until the clock can tell.
            var runs = 0
            let start = Usage.now().cpuSeconds
            var spent = 0.0
            repeat {
                try body()
                runs += 1
                spent = Usage.now().cpuSeconds - start
            } while spent < 0.02 && runs < 10_000
            best = min(best, spent / Double(runs))
        }
        return max(best, 1e-9)
    }
}
