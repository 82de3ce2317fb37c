import TeleServer
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The pages as a browser gets them, and that what is in the program is what is in the repository.
struct WebPagesTests {
    private static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func files(below folder: String) throws -> Set<String> {
        let all = try FileManager.default.subpathsOfDirectory(atPath: WebPagesTests.top.path + "/" + folder)
        return Set(all.filter { $0.contains(".") })
    }

    @Test func everyFileIsInTheProgram() throws {
        let pages = EmbeddedFile.pages
        #expect(try Set(pages.map(\.path)) == files(below: "Sources/TelePages/web"))
        #expect(try Set(EmbeddedFile.dashboards.map(\.path)) == files(below: "Dashboards"))
        for file in pages {
            let path = WebPagesTests.top.path + "/Sources/TelePages/web/" + file.path
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == file.bytes, "\(file.path): build again")
        }
    }

    /// Modules and styles that a file names, where they are.
    @Test func whatIsImportedIsThere() throws {
        let known = Set(EmbeddedFile.pages.map(\.path))
        for file in EmbeddedFile.pages where file.path.hasSuffix(".js") {
            let text = String(decoding: file.bytes, as: UTF8.self)
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            for match in text.matches(of: #/(?:from|import\() ?"\.(\.?)/([^"]+)"/#) {
                let path = match.1.isEmpty && !folder.isEmpty ? "\(folder)/\(match.2)" : String(match.2)
                #expect(known.contains(path), "\(file.path) imports \(match.2)")
            }
        }
    }

    /// What a text from outside could become markup or script by.
    @Test(arguments: [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc",
    ])
    func nothingMakesMarkupOfText(way: String) {
        for file in EmbeddedFile.pages {
            #expect(!String(decoding: file.bytes, as: UTF8.self).contains(way), "\(file.path) uses \(way)")
        }
    }

    @Test func thePagesAreServed() async throws {
        try await RunningServer.with { server in
            let front = try await server.get("/")
            #expect(front.status == 200 && front.headers["content-type"] == "text/html; charset=utf-8")
            #expect(
                front.headers["cache-control"] == "no-cache" && front.headers["x-content-type-options"] == "nosniff")
            let policy = try #require(front.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(!front.text.contains("{version}"))
            let script = try #require(front.text.firstMatch(of: #/src="(/pages/[0-9a-f]+/main\.js)"/#)).1
            let main = try await server.get(String(script))
            #expect(main.status == 200 && main.headers["content-type"] == "text/javascript; charset=utf-8")
            #expect(main.headers["cache-control"] == "public, max-age=31536000, immutable")
            let packed = try await server.get(String(script), [("Accept-Encoding", "gzip")])
            #expect(packed.headers["content-encoding"] == "gzip" && packed.body.count < main.body.count)
            let tag = try #require(front.headers["etag"])
            for known in [tag, "\"other\", \(tag)", "*", String(tag.dropFirst(2))] {
                let again = try await server.get("/", [("If-None-Match", known)])
                #expect(again.status == 304 && again.body.isEmpty && again.headers["content-length"] == nil)
            }
            #expect(try await server.get("/", [("If-None-Match", "\"other\"")]).status == 200)
            #expect(try await server.get("/pages/0/main.js").status == 404)
            #expect(try await server.get("/pages/../etc/passwd").status == 404)
            #expect(try await server.send("POST", "/").status == 405)
            #expect(try await server.send("HEAD", "/").headers["content-length"] == "\(front.body.count)")
        }
    }

    @Test func dashboardsAreListed() async throws {
        try await RunningServer.with { server in
            let list = try await server.get("/api/tele/v1/dashboards")
            #expect(list.status == 200 && list.text.contains(#""uid":"tele-services""#))
            let one = try await server.get("/api/tele/v1/dashboards/tele-services")
            #expect(one.status == 200 && one.headers["content-type"] == "application/json")
            #expect(one.body == EmbeddedFile.dashboards.first { $0.path == "services.json" }?.bytes)
            let none = try await server.get("/api/tele/v1/dashboards/%3Cscript%3E")
            #expect(none.status == 404 && none.headers["content-type"] == "application/json")
        }
    }
}
