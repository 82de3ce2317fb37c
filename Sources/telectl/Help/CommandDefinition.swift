/// What ArgumentParser says of a command (`--experimental-dump-help`), as far as manual pages show it.
struct CommandDefinition: Decodable {
    struct Dump: Decodable {
        var command: CommandDefinition
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            /// `long`, `short` or `longWithSingleDash`.
            var kind: String
            var name: String
        }
        /// `positional`, `option` or `flag`.
        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var abstract: String?
    }

    var commandName: String
    var shouldDisplay: Bool?
    var abstract: String?
    var discussion: String?
    var subcommands: [CommandDefinition]?
    var arguments: [Argument]?

    /// Without the help that every command has.
    var shownSubcommands: [CommandDefinition] {
        (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }
}
