import ArgumentParser
import TeleAPI
import TeleTerm

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Align two traces by structure: what is slower, new and missing in the second.",
        discussion: """
              telectl diff 5b8efff7 0af76519
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The trace to compare with.", completion: .traceIDs)
    var first: String

    @Argument(help: "The trace that is looked at.", completion: .traceIDs)
    var second: String

    func run() async throws {
        let client = try common.client
        let a = try await client.trace(first, isJSON: common.json)
        let b = try await client.trace(second, isJSON: common.json)
        if common.json {
            Terminal.write(Array(#"{"a":"#.utf8) + a.body + Array(#","b":"#.utf8) + b.body + Array("}\n".utf8))
            return
        }
        let terminal = common.terminal
        Terminal.print(TraceDiff(a.view, b.view).lines(width: terminal.width, style: terminal.style))
        for loaded in [a, b] { loaded.complainIfCut() }
    }
}
