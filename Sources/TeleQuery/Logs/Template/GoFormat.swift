import TeleModel
import TeleQL

/// `printf` with Go's verbs: %v %s %q %d %x %X %o %b %c %e %f %g %t %%, flags `-+# 0`, width and precision.
struct GoFormat {
    let call: LogTemplateCall
    /// Go refuses more.
    private static let widest = 1_000_000

    init(call: LogTemplateCall) { self.call = call }

    func text() throws(LogTemplateError) -> String {
        guard !call.arguments.isEmpty else { throw LogTemplateError("wrong number of args for printf") }
        let format = Array(try call.string(0).unicodeScalars)
        var out = ""
        var at = 0
        var next = 1
        while at < format.count {
            guard format[at] == "%" else {
                out.unicodeScalars.append(format[at])
                at += 1
                continue
            }
            at += 1
            var directive = Directive()
            while at < format.count, "-+# 0".unicodeScalars.contains(format[at]) {
                directive.flags.append(format[at])
                at += 1
            }
            directive.width = number(format, &at)
            if at < format.count, format[at] == "." {
                at += 1
                directive.precision = number(format, &at) ?? 0
            }
            guard at < format.count else { return out + "%!(NOVERB)" }
            let verb = format[at]
            at += 1
            if verb == "%" {
                out += "%"
                continue
            }
            guard next < call.arguments.count else {
                out += "%!\(verb)(MISSING)"
                continue
            }
            out += directive.padded(shown(call.arguments[next], verb, directive))
            next += 1
            _ = try call.bounded(Int64(out.utf8.count))
        }
        return out
    }

    private struct Directive {
        var flags: [Unicode.Scalar] = []
        var width: Int?
        var precision: Int?

        func padded(_ text: String) -> String {
            let missing = (width ?? 0) - text.unicodeScalars.count
            guard missing > 0 else { return text }
            if flags.contains("-") { return text + String(repeating: " ", count: missing) }
            let isNumber = text.utf8.first.map { (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2b } ?? false
            guard flags.contains("0") else { return String(repeating: " ", count: missing) + text }
            let zeros = String(repeating: "0", count: missing)
            if isNumber, let sign = text.utf8.first, sign == 0x2d || sign == 0x2b {
                return String(text.prefix(1)) + zeros + text.dropFirst()
            }
            return zeros + text
        }
    }

    private func number(_ format: [Unicode.Scalar], _ at: inout Int) -> Int? {
        var value: Int?
        while at < format.count, ("0"..."9").contains(format[at]) {
            value = min(GoFormat.widest, (value ?? 0) * 10 + Int(format[at].value - 48))
            at += 1
        }
        return value
    }

    private func shown(_ value: LogTemplateValue, _ verb: Unicode.Scalar, _ directive: Directive) -> String {
        let plus = directive.flags.contains("+") ? "+" : ""
        switch (verb, value) {
        case ("v", .double(let number)): return LogTemplateValue.text(number)
        case ("v", _): return value.printed(call.run)
        case ("s", .string(let text)):
            return directive.precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
        case ("s", .list), ("s", .map), ("s", .object): return value.printed(call.run)
        case ("q", .string(let text)): return QuotedText.quote(text)
        case ("d", .int(let number)): return (number >= 0 ? plus : "") + String(number)
        case ("x", .int(let number)): return String(number, radix: 16)
        case ("X", .int(let number)): return String(number, radix: 16, uppercase: true)
        case ("o", .int(let number)): return String(number, radix: 8)
        case ("b", .int(let number)): return String(number, radix: 2)
        case ("c", .int(let number)):
            return UInt32(exactly: number).flatMap(Unicode.Scalar.init).map { String($0) } ?? "\u{fffd}"
        case ("x", .string(let text)): return hex(text, uppercase: false)
        case ("X", .string(let text)): return hex(text, uppercase: true)
        case ("t", .bool(let value)): return value ? "true" : "false"
        case ("f", .double(let number)), ("F", .double(let number)):
            return (number >= 0 ? plus : "") + FixedText.fixed(number, places: directive.precision ?? 6)
        case ("e", .double(let number)), ("E", .double(let number)):
            let text = FixedText.scientific(number, places: directive.precision ?? 6)
            return (number >= 0 ? plus : "") + (verb == "E" ? text.uppercased() : text)
        case ("g", .double(let number)), ("G", .double(let number)):
            let text =
                directive.precision.map { FixedText.general(number, digits: $0) } ?? LogTemplateValue.text(number)
            return (number >= 0 ? plus : "") + text
        default: return "%!\(verb)(\(typeName(value))=\(value.printed(call.run)))"
        }
    }

    private func hex(_ text: String, uppercase: Bool) -> String {
        text.utf8.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: uppercase)
        }.joined()
    }

    private func typeName(_ value: LogTemplateValue) -> String {
        switch value {
        case .string: "string"
        case .int: "int"
        case .double: "float64"
        case .bool: "bool"
        case .time: "time.Time"
        case .list: "[]interface {}"
        case .map: "map[string]interface {}"
        case .labels: "map[string]string"
        case .null: "<nil>"
        case .object: "struct"
        }
    }
}
