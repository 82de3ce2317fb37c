import TeleModel
import TeleQL

/// One call of a template's function. The functions are Loki's: Go's own, some of sprig's, and its additions; and
/// whatever the run adds.
package struct LogTemplateCall {
    let name: String
    let arguments: [LogTemplateValue]
    let run: LogTemplateRun

    package init(name: String, arguments: [LogTemplateValue], run: LogTemplateRun) {
        self.name = name
        self.arguments = arguments
        self.run = run
    }

    package func value() throws(LogTemplateError) -> LogTemplateValue {
        if let function = run.function, let value = try function(name, arguments, run) { return value }
        return try builtin()
    }

    /// What the engine itself knows by that name, whatever the run adds.
    package func builtin() throws(LogTemplateError) -> LogTemplateValue {
        if let value = try comparison() { return value }
        if let value = try text() { return value }
        if let value = try number() { return value }
        if let value = try time() { return value }
        throw LogTemplateError("function \"\(name)\" not defined")
    }

    func need(_ count: Int) throws(LogTemplateError) {
        guard arguments.count == count else {
            throw LogTemplateError("wrong number of args for \(name): want \(count) got \(arguments.count)")
        }
    }

    func string(_ at: Int) throws(LogTemplateError) -> String {
        switch arguments[at] {
        case .string(let text): return text
        case .null: return ""
        default: throw LogTemplateError("wrong type for argument \(at + 1) of \(name); expected string")
        }
    }

    /// A whole number, from whatever can be read as one (sprig's casts): 0 where nothing can.
    func whole(_ at: Int) -> Int64 {
        switch arguments[at] {
        case .int(let value): value
        case .double(let value): Int64(exactly: value.rounded(.towardZero)) ?? 0
        case .string(let text): LogTemplateCall.whole(text)
        case .bool(let value): value ? 1 : 0
        default: 0
        }
    }

    /// With Go's prefixes (`0x`, `0b`, `0o`, `0`); what stands behind a point is cut off.
    private static func whole(_ text: String) -> Int64 {
        var digits = text.prefix { $0 != "." }
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        var radix = 10
        if digits.utf8.count > 1, digits.first == "0" {
            let kind = digits.dropFirst().first.map { $0.lowercased() } ?? ""
            radix = kind == "x" ? 16 : kind == "b" ? 2 : 8
            digits = digits.dropFirst(["x", "b", "o"].contains(kind) ? 2 : 1)
        }
        guard !digits.isEmpty, digits.first != "-", digits.first != "+" else { return 0 }
        return Int64((isNegative ? "-" : "") + digits, radix: radix) ?? 0
    }

    func float(_ at: Int) -> Double {
        switch arguments[at] {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string(let text): NumberText.number(text) ?? 0
        case .bool(let value): value ? 1 : 0
        default: 0
        }
    }

    /// A text is never made longer than a template may print.
    func bounded(_ count: Int64, of width: Int = 1) throws(LogTemplateError) -> Int {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: Int64(max(1, width)))
        guard !overflow, bytes <= Int64(Limits.templateBytes) else {
            throw LogTemplateError("\(name): the text is longer than \(Limits.templateBytes) bytes")
        }
        return Int(max(0, count))
    }

    // MARK: Go's own

    private func comparison() throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "and", "or":
            let isOr = name == "or"
            return arguments.first { $0.isTrue == isOr } ?? arguments.last ?? .null
        case "not":
            try need(1)
            return .bool(!arguments[0].isTrue)
        case "eq":
            guard arguments.count >= 2 else { throw LogTemplateError("missing argument for comparison") }
            for other in arguments.dropFirst() where try order(arguments[0], other) == 0 { return .bool(true) }
            return .bool(false)
        case "ne", "lt", "le", "gt", "ge":
            try need(2)
            let order = try order(arguments[0], arguments[1])
            switch name {
            case "ne": return .bool(order != 0)
            case "lt": return .bool(order < 0)
            case "le": return .bool(order <= 0)
            case "gt": return .bool(order > 0 && order != 2)
            default: return .bool(order >= 0 && order != 2)
            }
        case "len": return .int(Int64(try length()))
        case "index": return try index()
        case "slice": return try slice()
        case "default":
            guard let wanted = arguments.first else { throw LogTemplateError("wrong number of args for default") }
            guard arguments.count > 1, arguments[1].isTrue else { return wanted }
            return arguments[1]
        default: return nil
        }
    }

    /// -1, 0, 1; 2 where a NaN has no order.
    private func order(_ a: LogTemplateValue, _ b: LogTemplateValue) throws(LogTemplateError) -> Int {
        switch (a, b) {
        case (.int(let x), .int(let y)), (.time(let x), .time(let y)): return x < y ? -1 : x == y ? 0 : 1
        case (.double(let x), .double(let y)): return x < y ? -1 : x == y ? 0 : x > y ? 1 : 2
        case (.string(let x), .string(let y)):
            return x.utf8.elementsEqual(y.utf8) ? 0 : x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1
        case (.bool(let x), .bool(let y)): return x == y ? 0 : 1
        case (.null, .null): return 0
        default: throw LogTemplateError("incompatible types for comparison")
        }
    }

    private func length() throws(LogTemplateError) -> Int {
        try need(1)
        switch arguments[0] {
        case .string(let text): return text.utf8.count
        case .list(let elements): return elements.count
        case .map(let members): return members.count
        case .labels: return run.entry.labels.labels.count
        case .object(let object):
            guard let count = object.count else { throw LogTemplateError("len of type that has no length") }
            return count
        default: throw LogTemplateError("len of type that has no length")
        }
    }

    private func index() throws(LogTemplateError) -> LogTemplateValue {
        guard var value = arguments.first else { throw LogTemplateError("wrong number of args for index") }
        for (key, at) in zip(arguments.dropFirst(), 1...) {
            switch value {
            case .list(let elements):
                let index = Int(clamping: whole(at))
                guard elements.indices.contains(index) else { throw LogTemplateError("index out of range: \(index)") }
                value = elements[index]
            case .map(let members):
                let name = key.printed(run)
                value = members.first { $0.name == name }?.value ?? run.missing
            case .labels: value = .string(run.entry.labels[key.printed(run)] ?? "")
            case .string(let text):
                let bytes = Array(text.utf8)
                let index = Int(clamping: whole(at))
                guard bytes.indices.contains(index) else { throw LogTemplateError("index out of range: \(index)") }
                value = .int(Int64(bytes[index]))
            case .object(let object):
                guard object.count != nil else { throw LogTemplateError("can't index item of this type") }
                if let found = object.value(for: key) {
                    value = found
                } else if case .string = key {
                    value = run.missing
                } else {
                    throw LogTemplateError("index out of range: \(key.printed(run))")
                }
            default: throw LogTemplateError("can't index item of this type")
            }
        }
        return value
    }

    private func slice() throws(LogTemplateError) -> LogTemplateValue {
        guard let value = arguments.first, arguments.count <= 3 else {
            throw LogTemplateError("wrong number of args for slice")
        }
        let count = try LogTemplateCall(name: "len", arguments: [value], run: run).length()
        let low = arguments.count > 1 ? Int(clamping: whole(1)) : 0
        let high = arguments.count > 2 ? Int(clamping: whole(2)) : count
        guard low >= 0, low <= high, high <= count else { throw LogTemplateError("index out of range: \(high)") }
        switch value {
        case .string(let text): return .string(String(decoding: Array(text.utf8)[low..<high], as: UTF8.self))
        case .list(let elements): return .list(Array(elements[low..<high]))
        case .object(let object) where high - low <= Limits.templateSteps:
            return .list((low..<high).map { object.element($0).value })
        default: throw LogTemplateError("can't slice item of this type")
        }
    }
}
