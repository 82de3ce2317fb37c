import ArgumentParser
import TeleAPI
import TeleTerm

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copy the data folder of a running teled, for a backup; prints where the copy is.",
        discussion: """
            The copy is a data folder by itself, below the server's own (snapshots/). It shares files with it and takes
            space only as the server drops what it holds. To restore it: stop teled, move the data folder away,
            cp -a DATA/snapshots/NAME in its place, start teled. To remove it: rm -r.
            """,
        subcommands: [Take.self, List.self], defaultSubcommand: Take.self)

    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make one and print its path (the default).",
            discussion: """
                  telectl snapshot
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let (snapshot, body) = try await common.client.value(
                TeleSnapshot.self, "/api/tele/v1/snapshots", isPost: true)
            if common.json { Terminal.write(body + [0x0a]) } else { Terminal.print([TextWidth.clean(snapshot.path)]) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The copies that are there, oldest first.",
            discussion: """
                  telectl snapshot list
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let (answer, body) = try await common.client.value(TeleSnapshots.self, "/api/tele/v1/snapshots")
            if common.json {
                Terminal.write(body + [0x0a])
            } else {
                Terminal.print(answer.snapshots.map { TextWidth.clean($0.path) })
            }
            if answer.snapshots.isEmpty {
                Terminal.complain("no snapshots")
                throw ExitCode.notFound
            }
        }
    }
}
