import Testing

/// What the tests of bad input share.
enum BadInput {
    /// Percent-encoded for a form or the query of an address.
    static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return out
    }

    static func deep(_ open: String, _ inner: String, _ close: String, _ count: Int) -> String {
        String(repeating: open, count: count) + inner + String(repeating: close, count: count)
    }

    static func address(_ path: String, _ parameters: [(String, String)]) -> String {
        path + "?" + parameters.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
    }

    /// Asks, and expects an answer below 500 (of some statuses, where they are named) in bounded time.
    @discardableResult
    static func ask(
        _ running: RunningServer, _ path: String, _ parameters: [(String, String)] = [], _ statuses: Set<Int> = [],
        _ name: String = "", isForm: Bool = false, accept: String? = nil
    ) async throws -> RunningServer.Answer {
        let start = ContinuousClock.now
        let answer: RunningServer.Answer
        if isForm {
            answer = try await running.send(
                "POST", path, [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(address("", parameters).utf8.dropFirst()))
        } else {
            answer = try await running.get(
                parameters.isEmpty ? path : address(path, parameters), accept.map { [("Accept", $0)] } ?? [])
        }
        let took = ContinuousClock.now - start
        let what = "\(path) \(name): \(answer.status) \(answer.text.prefix(300))"
        #expect(answer.status < 500 || answer.status == 501, "\(what)")
        if !statuses.isEmpty { #expect(statuses.contains(answer.status), "\(what)") }
        #expect(took < .seconds(10), "\(path) \(name) took \(took)")
        if answer.status >= 400 { #expect(answer.body.count < 8 << 10, "\(what): \(answer.body.count) bytes") }
        return answer
    }
}
