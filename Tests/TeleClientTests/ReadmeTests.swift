import Foundation
import Testing

struct ReadmeTests {
    /// The README's example is `ReadmeExample.swift`, which compiles: line by line, whatever the indentation.
    @Test func theReadmeShowsTheExampleThatCompiles() throws {
        let here = URL(fileURLWithPath: #filePath)
        let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let source = try String(
            contentsOf: here.deletingLastPathComponent().appendingPathComponent("ReadmeExample.swift"), encoding: .utf8)
        let example = try #require(
            source.components(separatedBy: "// README example begins").last?
                .components(separatedBy: "// README example ends").first)
        func lines(_ text: String) -> [String] {
            text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let wanted = lines(example)
        #expect(wanted.count > 20)
        let shown = lines(readme)
        #expect(
            shown.indices.contains { shown[$0...].starts(with: wanted) }, "README.md and ReadmeExample.swift differ")
    }
}
