import ArgumentParser
import Foundation
import NIOHTTP1
import TeleAPI
import TeleTerm

/// Silences of the server's alerting, over Alertmanager's API.
struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence", abstract: "Hold back notifications of alerts for a while.",
        subcommands: [Add.self, List.self, Expire.self], defaultSubcommand: List.self)

    fileprivate static let path = "/alertmanager/api/v2/silence"

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Silence the alerts that all matchers accept; prints the silence's id.",
            discussion: """
                  telectl silence add alertname=HighLatency 'service=~cart|checkout' --for 2h --comment deploy
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "label=value, label!=value, label=~pattern, label!~pattern.")
        var matchers: [String]

        @Option(name: .customLong("for"), help: ArgumentHelp("For how long (1h).", valueName: "length"))
        var length: SpanArgument?

        @Option(help: ArgumentHelp("From this time (now).", valueName: "time"))
        var from: TimeArgument?

        @Option(help: "Why.")
        var comment = ""

        @Option(help: "Who; the user's name by default.")
        var author: String?

        func run() async throws {
            var posted = PostedSilence(
                matchers: [], startsAt: "", endsAt: "", createdBy: author ?? Terminal.variable("USER") ?? "telectl",
                comment: comment)
            for text in matchers {
                guard let matcher = SilenceMatcher(text) else {
                    throw ValidationError("'\(text)' is no matcher; write label=value, or with !=, =~, !~")
                }
                posted.matchers.append(matcher)
            }
            let start = from?.nanoseconds ?? TimeArgument.now
            posted.startsAt = Timestamp.rfc3339(start)
            posted.endsAt = Timestamp.rfc3339(start.addingReportingOverflow(length?.nanoseconds ?? hour).partialValue)
            let answer = try await common.client.send(
                Array(JSONEncoder().encode(posted)), to: SilenceCommand.path + "s")
            guard answer.status == 200 else { throw SilenceCommand.refusal(answer) }
            if common.json {
                Terminal.write(answer.body + [0x0a])
            } else {
                let made = try JSONDecoder().decode([String: String].self, from: Data(answer.body))
                Terminal.print([TextWidth.clean(made["silenceID"] ?? "")])
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The silences that are active or pending (the default).",
            discussion: """
                  telectl silence list
                """)

        @OptionGroup var common: CommonOptions

        @Flag(help: "Those that have ended as well.")
        var expired = false

        @Argument(help: "Only those with these matchers.")
        var matchers: [String] = []

        func run() async throws {
            let parameters = [("expired", expired ? "true" : "false")] + matchers.map { ("filter", $0) }
            let (silences, body) = try await common.client.value(
                [ShownSilence].self, SilenceCommand.path + "s", parameters)
            if common.json {
                Terminal.write(body + [0x0a])
            } else if !silences.isEmpty {
                common.terminal.show(SilenceCommand.table(silences))
            }
            if silences.isEmpty {
                Terminal.complain("no silences")
                throw ExitCode.notFound
            }
        }
    }

    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End silences now.",
            discussion: """
                  telectl silence expire ID
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "Their ids.")
        var ids: [String]

        func run() async throws {
            for id in ids {
                let answer = try await common.client.send(
                    nil, to: SilenceCommand.path + "/" + ServerClient.escaped(id), method: .DELETE)
                guard answer.status == 200 else { throw SilenceCommand.refusal(answer) }
            }
        }
    }

    static func table(_ silences: [ShownSilence]) -> Table {
        var table = Table([
            Table.Column("id"), Table.Column("state", rank: 1), Table.Column("ends", rank: 2),
            Table.Column("matchers"), Table.Column("by", rank: 4), Table.Column("comment", rank: 3),
        ])
        for silence in silences {
            let ink: Ink = silence.status.state == "active" ? .plain : .dim
            table.add([
                Table.Cell(silence.id, ink), Table.Cell(silence.status.state, ink),
                Table.Cell(silence.endsAt, ink),
                Table.Cell(silence.matchers.map(\.text).joined(separator: " "), ink),
                Table.Cell(silence.createdBy, ink), Table.Cell(silence.comment, ink),
            ])
        }
        return table
    }

    /// Alertmanager's API says why as a JSON text.
    fileprivate static func refusal(_ answer: ServerClient.Answer) -> ExitCode {
        guard let text = try? JSONDecoder().decode(String.self, from: Data(answer.body)) else {
            return ServerClient.refusal(answer)
        }
        Terminal.complain(TextWidth.clean(text))
        return answer.status >= 500 ? .unreachable : .notFound
    }
}

private struct PostedSilence: Encodable {
    var matchers: [SilenceMatcher]
    var startsAt: String
    var endsAt: String
    var createdBy: String
    var comment: String
}

struct ShownSilence: Decodable {
    struct Status: Decodable {
        var state: String
    }

    var id: String
    var status: Status
    var matchers: [SilenceMatcher]
    var endsAt: String
    var createdBy: String
    var comment: String
}

/// A matcher as the API has it.
struct SilenceMatcher: Codable, Equatable {
    var name: String
    var value: String
    var isRegex: Bool
    var isEqual: Bool

    /// `label=value`, with or without quotes around the value.
    init?(_ text: String) {
        guard let at = text.firstIndex(where: { $0 == "=" || $0 == "!" }), at > text.startIndex else { return nil }
        name = text[..<at].trimmingCharacters(in: .whitespaces)
        let rest = text[at...]
        guard let symbol = ["=~", "!~", "!=", "="].first(where: { rest.hasPrefix($0) }), !name.isEmpty else {
            return nil
        }
        isRegex = symbol.hasSuffix("~")
        isEqual = symbol.hasPrefix("=")
        value = rest.dropFirst(symbol.count).trimmingCharacters(in: .whitespaces)
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
            value = String(value.dropFirst().dropLast())
        }
    }

    var text: String { "\(name)\(isEqual ? "=" : "!")\(isRegex ? "~" : isEqual ? "" : "=")\"\(value)\"" }
}
