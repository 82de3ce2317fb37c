import ArgumentParser
import Foundation
import TeleDisk
import TeleStore
import TeleTerm

struct SegmentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segments", abstract: "Read a data folder without a server; changes nothing.",
        subcommands: [List.self, Verify.self, Dump.self])

    struct Options: ParsableArguments {
        @Flag(name: .long, help: "Print JSON.")
        var json = false

        @Flag(name: .long, help: "No colour, on a terminal either.")
        var noColor = false

        @Option(name: .long, help: ArgumentHelp("Columns to draw for.", valueName: "columns"))
        var width: Int?

        @Argument(help: ArgumentHelp("The data folder (teled's --data).", valueName: "dir"))
        var folder: String

        func validate() throws {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                throw ValidationError("there is no folder \(folder)")
            }
        }

        func show(_ segments: [SegmentInspector.Segment]) {
            let rows = segments.map(SegmentRow.init)
            if json { return showJSON(rows) }
            Terminal(width: width, noColor: noColor).show(SegmentsCommand.table(rows))
        }

        private func showJSON(_ rows: [SegmentRow]) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let bytes = try? encoder.encode(rows) { Terminal.write(Array(bytes) + [0x0a]) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The segments: signal, times, rows, bytes.",
            discussion: """
                  telectl segments list ./teled-data
                """)

        @OptionGroup var options: Options

        func run() throws {
            let segments = try reading { () throws(StoreOpenError) in
                try SegmentInspector(path: options.folder, disk: PosixDisk()).list()
            }
            options.show(segments)
            if segments.isEmpty {
                Terminal.complain("no segments in \(options.folder)")
                throw ExitCode.notFound
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every checksum and decode every block; exit 1 where something is damaged.",
            discussion: """
                  telectl segments verify ./teled-data
                """)

        @OptionGroup var options: Options

        func run() throws {
            let inspector = SegmentInspector(path: options.folder, disk: PosixDisk())
            let showsProgress = isatty(2) == 1
            let segments = try reading { () throws(StoreOpenError) in
                let count = try inspector.list().count
                var done = 0
                return try inspector.verify { _ in
                    done += 1
                    if showsProgress { FileHandle.standardError.write(Data("\r\(done) of \(count) segments".utf8)) }
                }
            }
            if showsProgress { FileHandle.standardError.write(Data("\r".utf8)) }
            options.show(segments)
            let damaged = segments.filter { !$0.problems.isEmpty }
            for segment in damaged {
                for problem in segment.problems { Terminal.complain("\(segment.path): \(problem)") }
            }
            if !damaged.isEmpty { throw ExitCode.notFound }
            Terminal.complain("\(segments.count) segments, \(segments.reduce(0) { $0 + $1.rows }) rows: all in order")
        }
    }

    static func table(_ segments: [SegmentRow]) -> Table {
        var table = Table([
            .init("signal"), .init("from (UTC)", rank: 2), .init("to (UTC)", rank: 3), .init("rows", .right),
            .init("bytes", .right, rank: 1), .init("blocks", .right, rank: 4), .init("segment"), .init("state"),
        ])
        for segment in segments {
            let state = segment.problems.isEmpty ? segment.isPublished ? "ok" : "not in the manifest" : "damaged"
            table.add([
                .init(segment.signal), .init(segment.from, .dim),
                .init(segment.to, .dim), .init("\(segment.rows)"),
                .init(Units.bytes(segment.bytes)), .init("\(segment.blocks)"), .init(segment.path),
                .init(state, segment.problems.isEmpty ? .good : .error),
            ])
        }
        return table
    }

    /// Says what is wrong with a folder and ends the program, instead of a Swift error's description.
    static func reading<Value>(_ body: () throws(StoreOpenError) -> Value) throws -> Value {
        do throws(StoreOpenError) { return try body() } catch {
            Terminal.complain("\(error)")
            throw ExitCode.notFound
        }
    }
}
