import ArgumentParser
import Foundation
import TeleAPI

struct ManCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Print manual pages, made from the definitions that --help shows.",
        discussion: """
              telectl man traces | man -l -                 read one
              telectl man --all ~/.local/share/man/man1     install all: man telectl-traces
            """)

    @Option(name: .long, help: ArgumentHelp("Write the page of every command to this folder.", valueName: "dir"))
    var all: String?

    @Argument(help: "The command (none: telectl itself).")
    var command: [String] = []

    func run() throws {
        let info = try JSONDecoder().decode(CommandDefinition.Dump.self, from: Data(Telectl._dumpHelp().utf8)).command
        guard let all else {
            guard let page = ManCommand.pages(info).first(where: { $0.path.dropFirst().elementsEqual(command) }) else {
                throw ValidationError("there is no command '\(command.joined(separator: " "))'")
            }
            return Terminal.write(Array(page.text.utf8))
        }
        do {
            try FileManager.default.createDirectory(atPath: all, withIntermediateDirectories: true)
            for page in ManCommand.pages(info) {
                try Data(page.text.utf8).write(to: URL(filePath: all).appending(path: "\(page.name).1"))
            }
        } catch {
            Terminal.complain("can't write to \(all): \(error.localizedDescription)")
            throw ExitCode.notFound
        }
    }

    /// Of the command and of all below it.
    static func pages(_ command: CommandDefinition, below path: [String] = []) -> [ManPage] {
        let path = path + [command.commandName]
        let own = ManPage(command: command, path: path, version: TeleVersion.text)
        return [own] + command.shownSubcommands.flatMap { pages($0, below: path) }
    }
}
