import ArgumentParser
import Foundation
import TeleAPI
import TeleTerm

struct RulesEval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "When alerting rules would have fired over what the server has stored.",
        discussion: """
            The server evaluates the rules of the file at each of their intervals, from nothing at the start on, and
            keeps nothing of it. Recording rules of the file are not evaluated: their series count as far as they are
            stored. Exit status 1 where a rule can't be evaluated; whether one fires does not matter.

              telectl rules eval rules/new.yaml --range 7d --step 5m
              telectl rules eval rules/new.yaml --at 2026-11-21T06:00:00Z --range 6h --rule HighLatency
            """)

    @OptionGroup var common: CommonOptions

    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("The end of the time.", valueName: "time"))
    var at: TimeArgument?

    @Option(name: .long, help: ArgumentHelp("How much of the time before the end.", valueName: "length"))
    var range: SpanArgument?

    @Option(
        name: .long, help: ArgumentHelp("Between evaluations, instead of each group's interval.", valueName: "length"))
    var step: SpanArgument?

    @Option(name: .long, help: "Only rules of this name.")
    var rule: String?

    @Argument(help: "A rule file.")
    var file: String

    func validate() throws {
        if let step, step.nanoseconds < 1_000_000 { throw ValidationError("--step is at least 1ms") }
    }

    func run() async throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ValidationError("\(file) cannot be read")
        }
        let end = (at?.nanoseconds ?? TimeArgument.now) / 1_000_000
        let length = (range?.nanoseconds ?? 24 * hour) / 1_000_000
        var parameters = [("start", "\(end > length ? end - length : 0)"), ("end", "\(end)")]
        if let step { parameters.append(("step", "\(step.nanoseconds / 1_000_000)")) }
        if let rule { parameters.append(("rule", rule)) }
        let query = parameters.map { "\($0.0)=\(ServerClient.escaped($0.1))" }.joined(separator: "&")
        let answer: ServerClient.Answer
        do {
            answer = try await common.client.send(Array(data), to: "/api/tele/v1/rules/replay?\(query)")
        } catch let failure as ServerFailure {
            Terminal.complain(failure.text)
            throw failure.exitCode
        }
        guard answer.status == 200 else { throw ServerClient.refusal(answer) }
        guard let replay = try? JSONDecoder().decode(TeleRuleReplay.self, from: Data(answer.body)) else {
            Terminal.complain("the server's answer is not understood")
            throw ExitCode.notFound
        }
        if common.json {
            Terminal.write(answer.body + [0x0a])
        } else {
            Terminal.print(RuleReplayView(replay, terminal: common.terminal).lines)
        }
        if replay.rules.isEmpty {
            Terminal.complain("no alerting rule in \(file)\(rule.map { " is called \($0)" } ?? "")")
        }
        if replay.rules.isEmpty || replay.rules.contains(where: { $0.error != nil }) { throw ExitCode.notFound }
    }
}
