package import TeleAlert

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The rule files that a configuration names.
package struct RuleFiles: Sendable {
    package private(set) var groups: [RuleGroup] = []
    package private(set) var warnings: [String] = []

    /// Reads every file, or throws with all that is wrong in any of them.
    package init(_ configuration: Configuration) throws(ConfigurationProblem) {
        var errors: [String] = []
        for path in files(configuration) {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                errors.append("\(path): cannot be read as text")
                continue
            }
            let file = RuleFile(yaml: text, name: path)
            groups += file.groups
            errors += file.errors.map(\.description)
            warnings += file.problems.filter(\.isWarning).map(\.description)
        }
        if errors.isEmpty { return }
        let shown = errors.prefix(RuleFiles.mostShown).joined(separator: "\n")
        let more = errors.count - RuleFiles.mostShown
        throw ConfigurationProblem(shown + (more > 0 ? "\nand \(more) more" : ""), key: "rules")
    }

    /// Problems in one message; more are counted.
    private static let mostShown = 20

    /// Each file once, in the order of the globs.
    private mutating func files(_ configuration: Configuration) -> [String] {
        var seen: Set<String> = []
        var out: [String] = []
        for pattern in configuration.rules {
            let names = FileGlob.paths(pattern, folder: configuration.folder)
            if names.isEmpty {
                let path = pattern.hasPrefix("/") ? pattern : configuration.folder + pattern
                warnings.append("rules: no file matches \(path)")
            }
            for name in names where seen.insert(name).inserted { out.append(name) }
        }
        return out
    }
}
