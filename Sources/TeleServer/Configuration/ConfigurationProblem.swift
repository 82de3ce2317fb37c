/// Why a configuration was refused: what is wrong, at which key, and where it stands.
package struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    /// The dotted key, such as `retention.logs`.
    package var key: String?
    /// `teled.yaml:12`, `TELED_HTTP` or `--http`.
    package var place: String?

    package init(_ message: String, key: String? = nil, place: String? = nil) {
        self.message = message
        self.key = key
        self.place = place
    }

    package var description: String {
        [place, key, message].compactMap(\.self).joined(separator: ": ")
    }
}
