import ArgumentParser
import TeleServer

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The flags of the server, and where they, the environment and the file meet.
struct ServerFlags: ParsableArguments, Sendable {
    @Option(help: "Configuration file, YAML (TELED_CONFIG).")
    var config: String?

    @Option(help: "Data folder (TELED_DATA; default ./teled-data).")
    var data: String?

    @Option(
        help: ArgumentHelp(
            "HTTP address; may be repeated (TELED_HTTP; default 127.0.0.1:4318).", valueName: "host:port"))
    var http: [String] = []

    @Option(
        help: ArgumentHelp(
            "OTLP/gRPC address; may be repeated (TELED_GRPC; default 127.0.0.1:4317).", valueName: "host:port"))
    var grpc: [String] = []

    @Flag(help: "Run a small shop of instrumented services beside the server (TELED_DEMO).")
    var demo = false

    /// Reads the file anew each time, so that a reload sees what has changed.
    func resolve() throws(ConfigurationProblem) -> ResolvedConfiguration {
        var sources = ConfigurationSources()
        sources.environment = ProcessInfo.processInfo.environment
        if let path = config ?? sources.environment["TELED_CONFIG"], !path.isEmpty {
            sources.file = (path, try ServerFlags.read(path))
        }
        if let data { sources.flags.append(("data", "--data", [data])) }
        if !http.isEmpty { sources.flags.append(("http", "--http", http.flatMap(ConfigurationSources.list))) }
        if !grpc.isEmpty { sources.flags.append(("grpc", "--grpc", grpc.flatMap(ConfigurationSources.list))) }
        if demo { sources.flags.append(("demo", "--demo", ["true"])) }
        var resolved = try sources.resolve()
        resolved.warnings += try RuleFiles(resolved.configuration).warnings
        return resolved
    }

    static func read(_ path: String) throws(ConfigurationProblem) -> String {
        do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw ConfigurationProblem("cannot be read as text", place: path)
        }
    }
}
