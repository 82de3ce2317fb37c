import Foundation
import Testing

struct ReadmeTests {
    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let root = here.deletingLastPathComponent().deletingLastPathComponent()

    private func lines(_ text: String) -> [String] {
        text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private func read(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Each run of lines of the README's Swift that is no import stands in `ReadmeExample.swift`, which compiles.
    @Test func theReadmeShowsWhatCompiles() throws {
        let compiled = lines(try read("Tests/TeleClientTests/ReadmeExample.swift"))
        let blocks = try read("README.md").components(separatedBy: "```swift\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        var checked = 0
        for block in blocks where !block.hasPrefix("// Package.swift") {
            let imports = lines(block).filter { $0.hasPrefix("import ") }
            #expect(imports.allSatisfy { compiled.contains($0) || $0 == "import Metrics" }, "\(imports)")
            let shown = lines(block).filter { !["@main", "struct Greeter {"].contains($0) && !$0.hasPrefix("import ") }
            // The service's own type is closed by a brace of its own, and the example's by the same.
            #expect(
                compiled.indices.contains { compiled[$0...].starts(with: shown) },
                "not in ReadmeExample.swift: \(block)")
            checked += 1
        }
        #expect(checked >= 2)
    }

    /// What the README tells to write into a manifest is what this package offers.
    @Test func theReadmesManifestIsRight() throws {
        let manifest = try read("Package.swift")
        let readme = try read("README.md")
        #expect(readme.contains(#".product(name: "TeleClient", package: "tele")"#))
        #expect(manifest.contains(#".library(name: "TeleClient""#) && manifest.contains(#"name: "tele","#))
        for line in lines(readme) where line.contains("traits: [") {
            #expect(line.contains(#"traits: ["GRPC"]"#) && manifest.contains(#".trait(name: "GRPC""#), "\(line)")
        }
    }
}
