import ArgumentParser
import TeleDisk
import TeleStore

extension SegmentsCommand {
    enum SignalName: String, ExpressibleByArgument, CaseIterable {
        case logs, traces, metrics

        var signal: Signal {
            switch self {
            case .logs: .logs
            case .traces: .spans
            case .metrics: .samples
            }
        }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what segments hold, a record a line; exit 1 where a part can't be read, or there is none.",
            discussion: """
                What is in no segment yet (the last minutes) is in the write-ahead log, and not printed.
                  telectl segments dump ./teled-data --signal logs
                """)

        @OptionGroup var options: Options

        @Option(name: .long, help: "Of one signal only.")
        var signal: SignalName?

        @Option(name: .long, help: ArgumentHelp("Of one segment only: its name as list shows it.", valueName: "name"))
        var segment: String?

        @Option(name: .long, help: ArgumentHelp("So many records at most.", valueName: "count"))
        var limit: Int?

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit \(limit): at least 1") }
        }

        func run() throws {
            let inspector = SegmentInspector(path: options.folder, disk: PosixDisk())
            let segments = try SegmentsCommand.reading { () throws(StoreOpenError) in try inspector.list() }
                .filter { one in
                    (signal.map { one.signal == $0.signal } ?? true)
                        && (segment.map {
                            one.path == $0 || one.path.hasSuffix("/\($0)") || one.path.hasSuffix("/\($0).seg")
                        }
                            ?? true)
                }
            guard !segments.isEmpty else {
                Terminal.complain("no such segment in \(options.folder)")
                throw ExitCode.notFound
            }
            let terminal = Terminal(width: options.width, noColor: options.noColor)
            var records = SegmentRecords(json: options.json, style: terminal.style, limit: limit)
            var isDamaged = false
            for segment in segments where records.left > 0 {
                for problem in inspector.records(of: segment, { records.show($0, of: segment.path) }) {
                    Terminal.complain("\(segment.path): \(problem)")
                    isDamaged = true
                }
            }
            if isDamaged { throw ExitCode.notFound }
        }
    }
}
