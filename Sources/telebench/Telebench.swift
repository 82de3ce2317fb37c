import ArgumentParser

@main
struct Telebench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "telebench",
        abstract: "tele's own measurements. Build with -c release; figures move with the machine, compare in one run.",
        discussion:
            "Payload files are those of shared/bench/gen.py: (u32 little-endian length, OTLP request) over and over.",
        subcommands: [
            DecodeCommand.self, EncodingsCommand.self, IngestCommand.self, UpkeepCommand.self, QueryCommand.self,
            DriveCommand.self, ClientCommand.self,
        ])
}
