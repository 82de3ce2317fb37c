/// Why a whole request was refused: what, at which byte, in which field.
package struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The bytes are not what the format allows: 400, INVALID_ARGUMENT.
        case malformed
        /// A named limit is passed: 413, RESOURCE_EXHAUSTED.
        case tooLarge
    }

    package var kind: Kind
    package var message: String
    /// Offset into the body as it was given to the decoder.
    package var offset: Int
    /// Names of the fields that lead to the place, outermost first.
    package var path: [String] = []

    package init(_ kind: Kind, _ message: String, at offset: Int) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }

    /// The same error, seen from one message further out.
    package func within(_ field: String) -> WireError {
        var error = self
        error.path.insert(field, at: 0)
        return error
    }

    package var description: String {
        path.isEmpty ? "\(message) at byte \(offset)" : "\(path.joined(separator: ".")): \(message) at byte \(offset)"
    }

    @inline(never)
    static func malformed(_ message: StaticString, at offset: Int) -> WireError {
        WireError(.malformed, "\(message)", at: offset)
    }

    @inline(never)
    static func tooLarge(_ message: String, at offset: Int) -> WireError { WireError(.tooLarge, message, at: offset) }
}
