import Foundation
import Testing

/// Prometheus' own scripts, read from beside the checkout. The table holds how many evals of each pass: it only grows.
@Suite struct PromQLConformanceTests {
    static let expected: [(file: String, passing: Int)] = [
        ("aggregators", 154),  // of 160
        ("at_modifier", 78),  // of 78
        ("collision", 2),  // of 2
        ("duration_expression", 59),  // of 59
        ("extended_vectors", 118),  // of 169
        ("fill-modifier", 44),  // of 46
        ("functions", 413),  // of 431
        ("histograms", 167),  // of 185
        ("info", 2),  // of 53
        ("limit", 34),  // of 37
        ("literals", 25),  // of 25
        ("name_label_dropping", 30),  // of 30
        ("native_histograms", 352),  // of 522
        ("operators", 214),  // of 214
        ("range_queries", 18),  // of 18
        ("selectors", 31),  // of 31
        ("staleness", 17),  // of 17
        ("start_timestamps", 2),  // of 26
        ("subquery", 32),  // of 33
        ("trig_functions", 19),  // of 19
        ("type_and_unit", 57),  // of 58
    ]

    static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/promqltest")
            .standardizedFileURL
    }

    @Test func scripts() throws {
        let folder = PromQLConformanceTests.folder
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("skipped: \(folder.path) is not there; it holds Prometheus' PromQL test scripts")
            return
        }
        var total = 0
        for (file, passing) in PromQLConformanceTests.expected {
            let text = try String(contentsOf: folder.appending(path: file + ".test"), encoding: .utf8)
            var script = PromQLScript(text)
            script.run()
            total += script.passed
            let failures = script.failures.map { "\n  \(file).test:\($0.line) \($0.query): \($0.reason)" }.joined()
            #expect(script.passed >= passing, "\(file): \(script.passed) pass, \(passing) did\(failures)")
        }
        print("promqltest: \(total) of 2213 evals pass")
    }

    /// `TELE_PROMQL=aggregators swift test --filter report` lists what fails of the scripts.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TELE_PROMQL"] != nil)) func report() throws {
        let wanted = ProcessInfo.processInfo.environment["TELE_PROMQL"] ?? ""
        let files = try FileManager.default.contentsOfDirectory(atPath: PromQLConformanceTests.folder.path).sorted()
        for file in files where file.hasSuffix(".test") && (wanted == "all" || file.hasPrefix(wanted)) {
            let text = try String(contentsOf: PromQLConformanceTests.folder.appending(path: file), encoding: .utf8)
            var script = PromQLScript(text)
            script.run()
            print("(\"\(file.dropLast(5))\", \(script.passed)), // of \(script.passed + script.failures.count)")
            for failure in script.failures {
                print("  \(file):\(failure.line) \(failure.query)\n      \(failure.reason)")
            }
        }
    }
}
