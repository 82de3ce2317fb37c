import Foundation
import TeleAlert

/// The rule files that a file of tests names.
struct RuleTestFiles {
    private(set) var groups: [RuleGroup] = []
    private(set) var problems: [String] = []
    private(set) var unmatched: [String] = []

    init(_ file: RuleTestFile, folder: String) {
        var seen: Set<String> = []
        for pattern in file.ruleFiles {
            let path = pattern.hasPrefix("/") || folder.isEmpty ? pattern : folder + "/" + pattern
            let found = RuleTestFiles.matches(path)
            if found.isEmpty { unmatched.append(path) }
            for name in found where seen.insert(name).inserted {
                guard let text = try? String(contentsOfFile: name, encoding: .utf8) else {
                    problems.append("\(name): cannot be read as text")
                    continue
                }
                let read = RuleFile(yaml: text, name: name)
                problems += read.errors.map(\.description)
                groups += read.groups
            }
        }
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
}
