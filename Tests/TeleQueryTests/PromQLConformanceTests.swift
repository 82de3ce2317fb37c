import Foundation
import Testing

/// Prometheus' own scripts, read from beside the checkout. The table holds how many evals of each file there
/// are: all pass, with the texts of annotations and failures that the scripts ask for.
@Suite struct PromQLConformanceTests {
    static let expected: [(file: String, passing: Int)] = [
        ("aggregators", 160),
        ("at_modifier", 78),
        ("collision", 2),
        ("duration_expression", 59),
        ("extended_vectors", 169),
        ("fill-modifier", 46),
        ("functions", 431),
        ("histograms", 185),
        ("info", 53),
        ("limit", 37),
        ("literals", 25),
        ("name_label_dropping", 30),
        ("native_histograms", 522),
        ("operators", 214),
        ("range_queries", 18),
        ("selectors", 31),
        ("staleness", 17),
        ("start_timestamps", 26),
        ("subquery", 34),
        ("trig_functions", 19),
        ("type_and_unit", 58),
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
            print("promqltest \(file): \(script.passed) passed, \(script.failures.count) failed")
            let failures = script.failures.map { "\n  \(file).test:\($0.line) \($0.query): \($0.reason)" }.joined()
            #expect(
                script.passed == passing && script.failures.isEmpty,
                "\(file): \(script.passed) pass, \(passing) should\(failures)")
        }
        print("promqltest: \(total) of 2214 evals pass")
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
