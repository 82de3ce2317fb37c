import ArgumentParser
import TeleAPI

/// What every command that asks a server takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The server's address.", valueName: "url"))
    var server: String?

    @Flag(name: .long, help: "Print the server's answer as JSON.")
    var json = false

    @Flag(name: .long, help: "No colour, on a terminal either.")
    var noColor = false

    @Option(name: .long, help: ArgumentHelp("Columns to draw for.", valueName: "columns"))
    var width: Int?

    var terminal: Terminal { Terminal(width: width, noColor: noColor) }

    var client: ServerClient {
        get throws { try CommonOptions.client(server) }
    }

    /// Of the address that was given, else of the environment's, else of the usual one.
    static func client(_ server: String?) throws -> ServerClient {
        let address = server ?? Terminal.variable("TELE_SERVER") ?? "http://127.0.0.1:4318"
        guard let client = ServerClient(address: address) else {
            throw ValidationError("'\(address)' is no http:// or https:// address")
        }
        return client
    }
}

extension ExitCode {
    /// Nothing found, or a check failed.
    static let notFound = ExitCode(1)
    /// `EX_UNAVAILABLE`: the server can't be reached or is not ready.
    static let unreachable = ExitCode(69)
}
