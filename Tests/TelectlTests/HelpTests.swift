import ArgumentParser
import Foundation
import Testing

@testable import telectl

/// What is said to a person who asks for help, or slips.
struct HelpTests {
    private var pages: [ManPage] {
        get throws {
            ManCommand.pages(
                try JSONDecoder().decode(CommandDefinition.Dump.self, from: Data(Telectl._dumpHelp().utf8)).command)
        }
    }

    @Test func everyCommandIsExplainedWithAnExample() throws {
        for page in try pages where page.command.subcommands?.isEmpty != false {
            let discussion = page.command.discussion ?? ""
            let name = page.path.joined(separator: " ")
            #expect(!(page.command.abstract ?? "").isEmpty, "\(name) has no abstract")
            #expect(discussion.contains("  telectl \(page.path[1])"), "\(name) --help has no example")
        }
    }

    @Test func manualPagesAreMadeOfTheDefinitions() throws {
        let pages = try pages
        #expect(Set(pages.map(\.name)).isSuperset(of: ["telectl", "telectl-top", "telectl-segments-list"]))
        let traces = try #require(pages.first { $0.name == "telectl-traces" }?.text)
        #expect(traces.hasPrefix(".TH \"TELECTL-TRACES\" 1"))
        for part in [".SH NAME", "\\fB\\-\\-service\\fR", "(default: 20)", ".nf\n  telectl traces"] {
            #expect(traces.contains(part))
        }
        for page in pages {
            for line in page.text.split(separator: "\n") where line.hasPrefix(".") {
                let macro = line.dropFirst().prefix { $0 != " " }
                #expect(["TH", "SH", "TP", "PP", "B", "I", "BR", "nf", "fi"].contains(macro), "\(page.name): \(line)")
            }
        }
        #expect(ManPage.plain(".x\n'y -z\\") == "\\&.x\n\\&'y \\-z\\e")
    }

    @Test(
        arguments: [
            (["trcaes"], "traces"), (["servces", "--json"], "services"), (["tpo"], "top"),
            (["segments", "verfy"], "verify"),
            (["Query", "up"], "query"),
        ] as [([String], String)])
    func aCommandThatIsNearlyOneIsNamed(arguments: [String], meant: String) {
        #expect(NearMiss.complaint(arguments, root: Telectl.self)?.contains("Did you mean '\(meant)'?") == true)
    }

    @Test func whatIsRightOrFarIsNotTakenForAnother() {
        for right in [["traces"], ["segments", "list", "x"], ["--version"], ["help", "tarces"], ["lint", "-h"], []] {
            #expect(NearMiss.complaint(right, root: Telectl.self) == nil)
        }
        #expect(NearMiss.complaint(["xyzzy"], root: Telectl.self)?.contains("--help' lists them") == true)
        #expect(NearMiss.distance("abcd", "abdc") == 1 && NearMiss.distance("", "abc") == 3)
    }

    @Test func completionKnowsWhatIsTyped() {
        #expect(ServerCompletion.typed("rate(http_re") == ("rate(", "http_re", false))
        #expect(ServerCompletion.typed("up{jo") == ("up{", "jo", true))
        #expect(ServerCompletion.typed("up{job=\"a\", in") == ("up{job=\"a\", ", "in", true))
        #expect(ServerCompletion.typed("{serv") == ("{", "serv", true))
        #expect(ServerCompletion.typed("up{a=\"b\"} + dow") == ("up{a=\"b\"} + ", "dow", false))
        for shell in CompletionShell.allCases {
            #expect(Telectl.completionScript(for: shell).contains("telectl"))
        }
    }
}
