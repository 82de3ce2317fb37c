import ArgumentParser
import Foundation
import NIOCore

/// Words that a shell offers after tab, asked of the server that the line names. Without one there are none: a shell
/// must not wait, and nothing is said into its prompt.
enum ServerCompletion {
    private static let most = 200

    private struct Values: Decodable {
        var data: [String]?
    }

    private struct Found: Decodable {
        struct Trace: Decodable {
            var traceID: String
        }
        var traces: [Trace]?
    }

    private static func client(_ words: [String]) -> ServerClient? {
        var server: String?
        for (index, word) in words.enumerated() {
            if word == "--server", index + 1 < words.count { server = words[index + 1] }
            if word.hasPrefix("--server=") { server = String(word.dropFirst(9)) }
        }
        var client = try? CommonOptions.client(server)
        client?.timeout = .seconds(2)
        return client
    }

    private static func values(_ client: ServerClient, _ path: String) async -> [String] {
        (try? await client.fetch(Values.self, path, []))?.data ?? []
    }

    @Sendable static func services(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        guard let client = client(words) else { return [] }
        async let traced = values(client, "/api/v1/label/service/values")
        async let logged = values(client, "/loki/api/v1/label/service_name/values")
        return matching(Set(await traced + logged), prefix)
    }

    /// The newest, full length.
    @Sendable static func traces(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        guard let client = client(words) else { return [] }
        let found = try? await client.fetch(Found.self, "/tempo/api/search", [("limit", "100")])
        let ids = (found?.traces ?? []).map {
            String(repeating: "0", count: max(0, 32 - $0.traceID.count)) + $0.traceID
        }
        return matching(Set(ids), prefix)
    }

    /// Metrics, and within braces labels; what stands before the word that is typed stays.
    @Sendable static func promQL(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        guard let client = client(words) else { return [] }
        let typed = typed(prefix)
        let path = typed.isLabel ? "/api/v1/labels" : "/api/v1/label/__name__/values"
        return matching(Set(await values(client, path)), typed.word).map { typed.before + $0 }
    }

    @Sendable static func logQL(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let typed = typed(prefix)
        guard typed.isLabel, let client = client(words) else { return [] }
        return matching(Set(await values(client, "/loki/api/v1/labels")), typed.word).map { typed.before + $0 }
    }

    /// The last name of an expression that is not finished, and whether it stands for a label.
    static func typed(_ text: String) -> (before: String, word: String, isLabel: Bool) {
        let word = String(text.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }.reversed())
        let before = String(text.dropLast(word.count))
        let isOpen =
            (before.lastIndex(of: "{") ?? before.startIndex) > (before.lastIndex(of: "}") ?? before.startIndex)
            || before.hasPrefix("{") && !before.contains("}")
        return (before, word, isOpen && (before.last == "{" || before.last == "," || before.last == " "))
    }

    private static func matching(_ words: Set<String>, _ prefix: String) -> [String] {
        // Names of strangers must not break the shell's line.
        let kept = words.filter { word in
            word.hasPrefix(prefix) && !word.isEmpty
                && word.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        }
        return Array(kept.sorted().prefix(most))
    }
}

extension CompletionKind {
    static let services = CompletionKind.custom(ServerCompletion.services)
    static let traceIDs = CompletionKind.custom(ServerCompletion.traces)
    static let promQL = CompletionKind.custom(ServerCompletion.promQL)
    static let logQL = CompletionKind.custom(ServerCompletion.logQL)
}
