extension PromDuration {
    /// Milliseconds of a duration in a configuration or rule file, such as `1h30m`, or `0`; nil where it is none.
    package static func milliseconds(of text: String) -> Int64? {
        if text == "0" { return 0 }
        guard text.utf8.first.map(PromLexer.isDigit) == true, let last = text.utf8.last, !PromLexer.isDigit(last) else {
            return nil
        }
        return parse(Array(text.utf8)[...]).flatMap(milliseconds)
    }
}
