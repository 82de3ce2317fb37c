/// A condition over what the server knows of itself instead of over what it stores: of its built-in rules.
package struct NativeQuery: Sendable {
    /// What a rule file calls it, and how answers show it.
    package var text: String
    /// The series for which it holds at a time (unix milliseconds). Called on the threads of rules; does not block.
    package var vector: @Sendable (_ time: Int64) -> RuleVector

    package init(_ text: String, vector: @escaping @Sendable (_ time: Int64) -> RuleVector) {
        self.text = text
        self.vector = vector
    }
}
