/// Where a listener binds: `127.0.0.1:4318`, `[::1]:4318`, `:4318` (all interfaces). Port 0 takes a free one.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init(_ text: String) throws(ConfigurationProblem) {
        let problem = ConfigurationProblem("\"\(text)\" is no address; write HOST:PORT, for example 127.0.0.1:4318")
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw problem
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw problem
        }
        guard !host.contains(where: \.isWhitespace), !host.contains("/") else { throw problem }
        self.host = host.isEmpty ? "0.0.0.0" : String(host)
        self.port = Int(port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
