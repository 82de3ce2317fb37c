import ArgumentParser
import TeleServer

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Works on configuration files.", subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a configuration file and prints what would be in force, with where each value is from.")

        @Argument(help: "The file.")
        var file: String

        func run() throws {
            var sources = ConfigurationSources()
            sources.environment = ProcessInfo.processInfo.environment
            do {
                sources.file = (file, try ServerFlags.read(file))
                var resolved = try sources.resolve()
                resolved.warnings += try RuleFiles(resolved.configuration).warnings
                for warning in resolved.warnings { StandardError.write("warning: \(warning)") }
                print(resolved.yaml, terminator: "")
            } catch {
                StandardError.write("teled: \(error)")
                throw ExitCode(ExitStatus.configuration)
            }
        }
    }
}
