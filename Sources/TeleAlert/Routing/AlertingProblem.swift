/// Why an `alerting:` section was refused: what is wrong, at which key, and on which line of the file.
package struct AlertingProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    /// `route.routes[1].matchers`.
    package var key: String
    /// 1-based, of the file that the section stands in.
    package var line: Int?

    /// Where it stands in another file than the section: a path.
    package var file: String?

    package init(_ message: String, key: String, line: Int? = nil, file: String? = nil) {
        self.file = file
        self.message = message
        self.key = key
        self.line = line
    }

    package var description: String {
        [key, file.map { path in line.map { "\(path):\($0)" } ?? path }, message].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
