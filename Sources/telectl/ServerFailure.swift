import ArgumentParser
import Foundation

/// Why an answer is none, in words for a person.
struct ServerFailure: Error {
    var text: String
    var exitCode: ExitCode
    /// What the request could have meant.
    var candidates: [String] = []

    init(text: String, exitCode: ExitCode) {
        self.text = text
        self.exitCode = exitCode
    }

    init<Value>(noValue place: String, _ type: Value.Type) {
        self.init(text: "\(place) answered what is no \(type): is it a teled of this version?", exitCode: .notFound)
    }

    /// What the server said: 404 is "not found", 5xx "unreachable".
    init(_ answer: ServerClient.Answer) {
        struct Message: Decodable {
            var error: String?
            var message: String?
            var candidates: [String]?
        }
        let message = try? JSONDecoder().decode(Message.self, from: Data(answer.body))
        let said = message?.error ?? message?.message ?? String(decoding: answer.body.prefix(2_000), as: UTF8.self)
        self.init(
            text: said.isEmpty ? "the server answered \(answer.status)" : said,
            exitCode: answer.status >= 500 ? .unreachable : .notFound)
        candidates = message?.candidates ?? []
    }
}
