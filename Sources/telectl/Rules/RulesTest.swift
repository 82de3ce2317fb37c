import ArgumentParser
import Foundation
import TeleAlert

struct RulesTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run unit tests of rules, in the format of promtool test rules.",
        discussion: """
            No server is needed: each test has a store of its own, which is gone afterwards. A test may have log lines
            and spans as inputs besides series, for rules of lang logql and traceql:

              input_logs:  [{labels: {app: shop}, line: payment failed, time: 1m, every: 10s, count: 6}]
              input_spans: [{service: shop, name: POST /cart, kind: server, status: error, duration: 2s, time: 1m}]

            and promql_expr_test takes lang (and window, of traceql). Exit status 1 where something is not as expected.

              telectl rules test tests/*.yaml
            """)

    @Flag(name: .long, help: "Print the results as JSON.")
    var json = false

    @Argument(help: "Files of tests.")
    var files: [String]

    private struct Result: Encodable {
        var file: String
        var tests = 0
        var problems: [String] = []
        var failures: [Failure] = []
    }

    private struct Failure: Encodable {
        var test: String
        var line: Int?
        var title: String
        /// What was expected and is not there; what is there and was not expected.
        var missing: [String]
        var extra: [String]
    }

    func run() async throws {
        var results: [Result] = []
        for path in files {
            let result = await run(path)
            results.append(result)
            if !json { show(result) }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.write(Array(try encoder.encode(results)) + [0x0a])
        }
        if results.contains(where: { !$0.problems.isEmpty || !$0.failures.isEmpty }) { throw ExitCode.notFound }
    }

    private func show(_ result: Result) {
        let count = "\(result.tests) \(result.tests == 1 ? "test" : "tests")"
        guard !result.problems.isEmpty || !result.failures.isEmpty else {
            return Terminal.print(["\(result.file): \(count), all passed"])
        }
        var lines = ["\(result.file): \(count), FAILED"] + result.problems.map { "  \($0)" }
        for failure in result.failures {
            let place = failure.line.map { "\(result.file):\($0): " } ?? ""
            let test = failure.test.isEmpty ? "" : "test \"\(failure.test)\": "
            lines.append("  \(place)\(test)\(failure.title)")
            lines += failure.missing.map { "    - expected \($0)" }
            lines += failure.extra.map { "    + got      \($0)" }
            if failure.missing.isEmpty, !failure.extra.isEmpty { lines.append("    - expected nothing more") }
            if failure.extra.isEmpty, !failure.missing.isEmpty { lines.append("    + got      nothing more") }
        }
        Terminal.print(lines)
    }

    private func run(_ path: String) async -> Result {
        var result = Result(file: path)
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            result.problems = ["cannot be read as text"]
            return result
        }
        do throws(RuleProblem) {
            let file = try RuleTestFile(yaml: text, name: path)
            result.tests = file.tests.count
            let rules = RuleTestFiles(file, folder: (path as NSString).deletingLastPathComponent)
            for unmatched in rules.unmatched { Terminal.complain("warning: \(path): no file matches \(unmatched)") }
            result.problems = rules.problems
            guard result.problems.isEmpty else { return result }
            let run = RuleTestRun(file, groups: rules.groups)
            for (number, test) in file.tests.enumerated() {
                do {
                    for failure in try await RuleTestBench.failures(of: test, run) {
                        result.failures.append(
                            Failure(
                                test: test.name, line: failure.line, title: failure.title, missing: failure.missing,
                                extra: failure.extra))
                    }
                } catch { result.problems.append("test \(number + 1): \(error)") }
            }
        } catch { result.problems.append(error.description) }
        return result
    }
}
