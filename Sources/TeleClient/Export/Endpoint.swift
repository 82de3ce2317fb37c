/// Where requests go: `http://host:port/path`.
struct Endpoint: Sendable, Equatable {
    /// What a connection needs to know.
    struct Address: Hashable, Sendable {
        var host: String
        var port: Int
        var isSecure: Bool
        /// What TLS asks for by name; nil for a number, which is no name to be asked for.
        var serverName: String? { host.contains(where: \.isLetter) && !host.contains(":") ? host : nil }
    }

    var address: Address
    /// As the `Host` header has it.
    var authority: String
    /// With the query, and without a slash at the end; empty for the root.
    var path: String

    /// nil for what is no `http://` or `https://` URL of visible ASCII characters with a host. Names and passwords in it
    /// are not taken: they belong into the headers.
    init?(_ text: String) {
        let schemes = [("http://", false, 80), ("https://", true, 443)]
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let (scheme, isSecure, usual) = schemes.first(where: { text.lowercased().hasPrefix($0.0) })
        else { return nil }
        let rest = text.dropFirst(scheme.utf8.count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { return nil }
        var host = authority
        var port = usual
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
                return nil
            }
            (host, port) = (authority[..<colon], number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        address = Address(host: String(host), port: port, isSecure: isSecure)
        self.authority = String(authority)
        var path = rest[authority.endIndex...]
        if path.hasPrefix("?") {
            self.path = "/\(path)"
        } else {
            while path.hasSuffix("/") { path = path.dropLast() }
            self.path = String(path)
        }
    }
}
