import TeleCodec
import TeleModel
import TeleQL
import TeleWire

// Coverage-guided fuzzing of everything that reads a stranger's bytes, by the toolchain's libFuzzer:
//   TELE_FUZZ=1 swift build --scratch-path .build-fuzz --product telefuzz
//   SWIFT_BACKTRACE=enable=no .build-fuzz/debug/telefuzz logs-protobuf -max_total_time=60
// A trap is a finding: the input is left in the folder as crash-...

let decoders: [String: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32] = [
    "logs-protobuf": { feed($0, $1) { _ = try? OTLP.decodeLogs(protobuf: $0, options: options) } },
    "traces-protobuf": { feed($0, $1) { _ = try? OTLP.decodeTraces(protobuf: $0, options: options) } },
    "metrics-protobuf": { feed($0, $1) { _ = try? OTLP.decodeMetrics(protobuf: $0, options: options, state: state) } },
    "logs-json": { feed($0, $1) { _ = try? OTLP.decodeLogs(json: $0, options: options) } },
    "traces-json": { feed($0, $1) { _ = try? OTLP.decodeTraces(json: $0, options: options) } },
    "metrics-json": { feed($0, $1) { _ = try? OTLP.decodeMetrics(json: $0, options: options, state: state) } },
    "gzip": { feed($0, $1) { _ = try? Gzip.decompress($0.span, limit: 1 << 20) } },
    "dump-logs": { feed($0, $1) { _ = try? BatchDump.decodeLogs($0.span) } },
    "dump-spans": { feed($0, $1) { _ = try? BatchDump.decodeSpans($0.span) } },
    "dump-samples": { feed($0, $1) { _ = try? BatchDump.decodeSamples($0.span) } },
    "histogram": { feed($0, $1) { _ = NativeHistogram(encoded: $0.span) } },
    "promql": { feed($0, $1) { _ = try? PromParser.parse(String(decoding: $0, as: UTF8.self)).description } },
    "logql": { feed($0, $1) { _ = try? LogQLParser.parse(String(decoding: $0, as: UTF8.self)) } },
    "traceql": { feed($0, $1) { _ = try? TraceQLParser.parse(String(decoding: $0, as: UTF8.self)) } },
    "pattern": { feed($0, $1) { _ = try? Pattern(String(decoding: $0, as: UTF8.self)).matches("aab.c/é 1") } },
]
let options = DecodeOptions(now: 1)
let state = MetricsState()

func feed(_ start: UnsafePointer<UInt8>?, _ count: Int, _ decode: ([UInt8]) -> Void) -> Int32 {
    decode(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ decode: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

if CommandLine.argc > 1, let decode = decoders[CommandLine.arguments[1]] {
    // libFuzzer sees the arguments without the decoder's name.
    var arguments = CommandLine.unsafeArgv
    arguments[1] = arguments[0]
    arguments += 1
    var count = CommandLine.argc - 1
    _ = runFuzzer(&count, &arguments, decode)
} else {
    print(decoders.keys.sorted().joined(separator: "\n"))
}
