import Foundation
import Testing

/// Our own scripts, for what Prometheus' do not cover: Scripts/*.test, in their notation.
@Suite struct PromQLOwnScriptsTests {
    static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts") }

    @Test(arguments: [("windows", 22), ("started", 11), ("otlp_names", 4)])
    func script(file: String, evals: Int) throws {
        let text = try String(contentsOf: Self.folder.appending(path: file + ".test"), encoding: .utf8)
        var script = PromQLScript(text)
        script.run()
        let failures = script.failures.map { "\n  \(file).test:\($0.line) \($0.query): \($0.reason)" }.joined()
        #expect(script.passed == evals && script.failures.isEmpty, "\(script.passed) pass\(failures)")
    }

    @Test func noScriptIsForgotten() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(files.filter { $0.hasSuffix(".test") }.count == 3)
    }
}
