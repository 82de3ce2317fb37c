package import TeleModel

/// Labels as `{a="b", c="d"}`, the form that group keys have.
package enum LabelText {
    package static func text(_ labels: LabelSet) -> String {
        "{" + labels.pairs.map { "\($0.name)=\(quoted($0.value))" }.joined(separator: ", ") + "}"
    }

    /// In quotes as Go writes them (`%q`), for the characters that matter.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    let hex = String(scalar.value, radix: 16)
                    out += "\\x" + (hex.utf8.count < 2 ? "0" : "") + hex
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
