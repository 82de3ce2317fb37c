import ArgumentParser
import Foundation
import TeleAlert
import TeleQL
import TeleTerm

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Check, test and try files of alerting and recording rules.",
        subcommands: [RulesCheck.self, RulesTest.self, RulesEval.self])
}

struct RulesCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "What is wrong in rule files, with file, line, group and rule.",
        discussion: """
            Syntax, unknown functions, templates, rules that are there twice; and, where a server answers, selectors
            that match no series of the last hour. Exit status 1 where something is wrong; what matches nothing counts
            with --strict.

              telectl rules check rules/*.yaml
            """)

    @OptionGroup var common: CommonOptions

    @Flag(name: .long, help: "What matches nothing now is wrong, too.")
    var strict = false

    @Argument(help: "Rule files.")
    var files: [String]

    func run() async throws {
        let client = try common.client
        let asks = await client.isReachable
        var isWrong = false
        for file in files {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                Terminal.complain("\(file): cannot be read as text")
                isWrong = true
                continue
            }
            let parsed = RuleFile(yaml: text, name: file)
            for problem in parsed.problems { Terminal.complain(problem.description) }
            isWrong = isWrong || !parsed.problems.isEmpty
            if asks, try await complainOfUnmatched(parsed, file, client) { isWrong = isWrong || strict }
            let rules = parsed.groups.flatMap(\.rules)
            let alerts = rules.filter { $0.kind == .alert }.count
            let counts = "\(parsed.groups.count) groups, \(alerts) alerting and \(rules.count - alerts) recording rules"
            Terminal.print(["\(file): \(counts)" + (parsed.problems.isEmpty ? "" : ", not in order")])
        }
        if !asks { Terminal.complain("no server answers: what matches nothing now was not looked for") }
        if isWrong { throw ExitCode.notFound }
    }

    /// Names that the files' own rules record match, once the rules run.
    private func complainOfUnmatched(_ file: RuleFile, _ name: String, _ client: ServerClient) async throws -> Bool {
        var recorded: Set<String> = ["ALERTS", "ALERTS_FOR_STATE"]
        for rule in file.groups.flatMap(\.rules) where rule.kind == .record { recorded.insert(rule.name) }
        var known: [String: Bool] = [:]
        var isMissing = false
        for group in file.groups {
            for rule in group.rules {
                for selector in rule.query.selectors where !recorded.contains(selector.name ?? "") {
                    var plain = selector
                    (plain.offset, plain.at, plain.edges) = (nil, nil, .samples)
                    let text = PromExpr(.selector(plain), range: 0..<0).description
                    if known[text] == nil { known[text] = try await matches(text, client) }
                    guard known[text] == false else { continue }
                    isMissing = true
                    let problem = RuleProblem(
                        "\(text) matches no series of the last hour", file: name, line: rule.line,
                        group: group.name, rule: rule.name)
                    Terminal.complain("warning: \(problem)")
                }
            }
        }
        return isMissing
    }

    private struct Series: Decodable {
        var data: [[String: String]]
    }

    private func matches(_ selector: String, _ client: ServerClient) async throws -> Bool {
        let start = "\(TimeArgument.now / 1_000_000_000 - 3600)"
        let parameters = [("match[]", selector), ("start", start), ("limit", "1")]
        return try await !client.value(Series.self, "/api/v1/series", parameters).value.data.isEmpty
    }
}
