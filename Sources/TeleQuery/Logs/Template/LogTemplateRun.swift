import TeleModel
package import TeleQL

/// Why a template has no result: an error of the entry (`TemplateFormatErr`) or of the alert, never of the query.
package struct LogTemplateError: Error {
    package enum Kind: Sendable {
        case other
        /// It printed or did more than it may.
        case limit
        /// It names what such a value never has.
        case unknownMember
    }

    package var message: String
    package var kind: Kind

    package init(_ message: String, _ kind: Kind = .other) {
        self.message = message
        self.kind = kind
    }
}

/// Runs templates over one entry, or over the values of an alert. What it may do is bounded: ``Limits/templateSteps`` and
/// ``Limits/templateBytes``.
package final class LogTemplateRun {
    /// A function that Loki's templates do not have; nil for those that it does not know either.
    package typealias Function =
        (_ name: String, _ arguments: [LogTemplateValue], _ run: LogTemplateRun) throws(LogTemplateError) ->
        LogTemplateValue?

    /// The text of a value behind what was printed so far.
    package typealias Escape = (_ value: LogTemplateValue, _ before: [UInt8], _ run: LogTemplateRun) -> String

    let entry: LogEntry
    let function: Function?
    /// A name that a map does not have is an empty text (Go's `missingkey=zero` over texts), not nothing.
    let isMissingEmpty: Bool
    private let dot: LogTemplateValue
    private let known: [(name: String, value: LogTemplateValue)]
    private let mostBytes: Int
    /// Templates by name that every template knows; its own come first.
    private let library: [String: [LogQLTemplate.Node]]
    /// What is made of each value that is printed, where it is more than its text.
    private let escape: Escape?
    private var definitions: [String: [LogQLTemplate.Node]] = [:]
    private var depth = 0
    private var variables: [(name: String, value: LogTemplateValue)] = []
    private var out: [UInt8] = []
    private var steps = 0

    private enum Flow {
        case on, leave, next
    }

    init(_ entry: LogEntry) {
        self.entry = entry
        (function, isMissingEmpty, dot, known, mostBytes) = (nil, false, .labels, [], Limits.templateBytes)
        (library, escape) = ([:], nil)
    }

    /// Over values of one's own: `.` and variables.
    package init(
        dot: LogTemplateValue, variables: [(name: String, value: LogTemplateValue)], mostBytes: Int,
        library: [String: [LogQLTemplate.Node]] = [:], escape: Escape? = nil, function: @escaping Function
    ) {
        (self.library, self.escape) = (library, escape)
        entry = LogEntry(time: 0, line: [], labels: LogLabels())
        (self.dot, known, self.mostBytes, self.function) = (dot, variables, mostBytes, function)
        isMissingEmpty = true
    }

    package func text(_ template: LogQLTemplate) throws(LogTemplateError) -> [UInt8] {
        out = []
        (steps, depth) = (0, 0)
        definitions = template.definitions
        variables = [("", dot)] + known
        _ = try run(template.nodes, dot)
        return out
    }

    /// What was printed before an error.
    package var printed: [UInt8] { out }

    private func append(_ text: String) throws(LogTemplateError) {
        guard out.count + text.utf8.count <= mostBytes else {
            throw LogTemplateError("the text is longer than \(mostBytes) bytes", .limit)
        }
        out.append(contentsOf: text.utf8)
    }

    private func step() throws(LogTemplateError) {
        steps += 1
        if steps > Limits.templateSteps { throw LogTemplateError("more than \(Limits.templateSteps) steps", .limit) }
    }

    private func run(_ nodes: [LogQLTemplate.Node], _ dot: LogTemplateValue) throws(LogTemplateError) -> Flow {
        for node in nodes {
            try step()
            switch node {
            case .text(let text): try append(text)
            case .print(let pipeline):
                let value = try evaluate(pipeline, dot)
                if pipeline.variables.isEmpty { try append(escape?(value, out, self) ?? value.printed(self)) }
            case .condition(let isWith, let test, let body, let other):
                let mark = variables.count
                let value = try evaluate(test, dot)
                let flow = value.isTrue ? try run(body, isWith ? value : dot) : try run(other, dot)
                variables.removeLast(max(0, variables.count - mark))
                if flow != .on { return flow }
            case .range(let over, let body, let other):
                let mark = variables.count
                try loop(over, body, other, dot)
                variables.removeLast(max(0, variables.count - mark))
            case .template(let name, let data): try include(name, data, dot)
            case .leaveLoop: return .leave
            case .nextRound: return .next
            }
        }
        return .on
    }

    /// A named template sees what it is given and nothing else.
    private func include(
        _ name: String, _ data: LogQLTemplate.Pipeline?, _ dot: LogTemplateValue
    ) throws(LogTemplateError) {
        guard let nodes = definitions[name] ?? library[name] else {
            throw LogTemplateError("template \"\(name)\" not defined")
        }
        guard depth < Limits.queryDepth else {
            throw LogTemplateError("templates call one another more than \(Limits.queryDepth) deep")
        }
        let value = try data.map { (pipeline) throws(LogTemplateError) in try evaluate(pipeline, dot) } ?? .null
        let outer = variables
        variables = [("", value)]
        depth += 1
        _ = try run(nodes, value)
        depth -= 1
        variables = outer
    }

    private func loop(
        _ over: LogQLTemplate.Pipeline, _ body: [LogQLTemplate.Node], _ other: [LogQLTemplate.Node],
        _ dot: LogTemplateValue
    ) throws(LogTemplateError) {
        var plain = over
        plain.variables = []
        let items = try items(try evaluate(plain, dot))
        if items.count == 0 {
            _ = try run(other, dot)
            return
        }
        let mark = variables.count
        for at in 0..<items.count {
            try step()
            let (key, value) = items.element(at)
            switch over.variables.count {
            case 0: break
            case 1: try bind(over, over.variables[0], value)
            default:
                try bind(over, over.variables[0], key)
                try bind(over, over.variables[1], value)
            }
            let flow = try run(body, value)
            variables.removeLast(max(0, variables.count - mark))
            if flow == .leave { return }
        }
    }

    /// What a loop goes over, an element at a time.
    private struct Items {
        var count: Int
        var element: (Int) -> (key: LogTemplateValue, value: LogTemplateValue)
    }

    private func items(_ value: LogTemplateValue) throws(LogTemplateError) -> Items {
        switch value {
        case .null: return Items(count: 0) { _ in (.null, .null) }
        case .list(let elements): return Items(count: elements.count) { (.int(Int64($0)), elements[$0]) }
        case .map(let members):
            return Items(count: members.count) { (.string(members[$0].name), members[$0].value) }
        case .labels:
            let pairs = entry.labels.pairs(.stream, .metadata, .parsed)
            return Items(count: pairs.count) { (.string(pairs[$0].name), .string(pairs[$0].value)) }
        case .int(let count):
            guard count <= Int64(Limits.templateSteps) else { throw LogTemplateError("range over too many numbers") }
            return Items(count: Int(max(0, count))) { (.int(Int64($0)), .int(Int64($0))) }
        case .object(let object):
            guard let count = object.count else { throw LogTemplateError("range can't iterate over \(object.printed)") }
            return Items(count: count, element: object.element)
        default: throw LogTemplateError("range can't iterate over \(value.printed(self))")
        }
    }

    private func bind(
        _ pipeline: LogQLTemplate.Pipeline, _ name: String, _ value: LogTemplateValue
    ) throws(LogTemplateError) {
        guard pipeline.isAssignment else { return variables.append((name, value)) }
        guard let at = variables.lastIndex(where: { $0.name == name }) else {
            throw LogTemplateError("undefined variable \"$\(name)\"")
        }
        variables[at].value = value
    }

    private func evaluate(
        _ pipeline: LogQLTemplate.Pipeline, _ dot: LogTemplateValue
    ) throws(LogTemplateError) -> LogTemplateValue {
        var last: LogTemplateValue?
        for command in pipeline.commands { last = try self.command(command, dot, last) }
        let value = last ?? .null
        if let name = pipeline.variables.first { try bind(pipeline, name, value) }
        return value
    }

    private func command(
        _ operands: [LogQLTemplate.Operand], _ dot: LogTemplateValue, _ piped: LogTemplateValue?
    ) throws(LogTemplateError) -> LogTemplateValue {
        try step()
        guard case .function(let name)? = operands.first else {
            guard let first = operands.first else { return .null }
            if operands.count == 1, piped == nil { return try operand(first, dot) }
            return try method(first, try arguments(operands, piped, dot), dot)
        }
        // `and` and `or` stop where they are decided.
        if name == "and" || name == "or", piped == nil {
            var value = LogTemplateValue.null
            for one in operands.dropFirst() {
                value = try operand(one, dot)
                if value.isTrue == (name == "or") { return value }
            }
            return value
        }
        let arguments = try arguments(operands, piped, dot)
        return try LogTemplateCall(name: name, arguments: arguments, run: self).value()
    }

    private func arguments(
        _ operands: [LogQLTemplate.Operand], _ piped: LogTemplateValue?, _ dot: LogTemplateValue
    ) throws(LogTemplateError) -> [LogTemplateValue] {
        var arguments: [LogTemplateValue] = []
        for one in operands.dropFirst() { arguments.append(try operand(one, dot)) }
        if let piped { arguments.append(piped) }
        return arguments
    }

    /// A method that is called with arguments: `.CommonLabels.Remove .GroupLabels.Names`.
    private func method(
        _ operand: LogQLTemplate.Operand, _ arguments: [LogTemplateValue], _ dot: LogTemplateValue
    ) throws(LogTemplateError) -> LogTemplateValue {
        let base: LogTemplateValue
        let path: [String]
        switch operand {
        case .field(let names): (base, path) = (dot, names)
        case .variable(let name, let names): (base, path) = (try self.operand(.variable(name, []), dot), names)
        case .group(let pipeline, let names): (base, path) = (try evaluate(pipeline, dot), names)
        default: (base, path) = (.null, [])
        }
        guard let name = path.last else { throw LogTemplateError("can't give argument to non-function") }
        let owner = try field(path.dropLast(), of: base)
        guard case .object(let object) = owner, let value = try object.member(name, arguments) else {
            throw LogTemplateError("\(name) has arguments but is no method of \(shown(owner))", .unknownMember)
        }
        return value
    }

    private func shown(_ value: LogTemplateValue) -> String {
        let text = value.printed(self)
        return text.count > 60 ? text.prefix(60) + "…" : text
    }

    private func operand(
        _ operand: LogQLTemplate.Operand, _ dot: LogTemplateValue
    ) throws(LogTemplateError) -> LogTemplateValue {
        switch operand {
        case .dot: return dot
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let text): return .string(text)
        case .field(let path): return try field(path, of: dot)
        case .variable(let name, let path):
            guard let found = variables.last(where: { $0.name == name }) else {
                throw LogTemplateError("undefined variable \"$\(name)\"")
            }
            return try field(path, of: found.value)
        case .function(let name): return try LogTemplateCall(name: name, arguments: [], run: self).value()
        case .group(let pipeline, let path): return try field(path, of: try evaluate(pipeline, dot))
        }
    }

    var missing: LogTemplateValue { isMissingEmpty ? .string("") : .null }

    private func field(_ path: some Sequence<String>, of value: LogTemplateValue) throws(LogTemplateError)
        -> LogTemplateValue
    {
        var value = value
        for name in path {
            switch value {
            case .labels: value = .string(entry.labels[name] ?? "")
            case .map(let members): value = members.first { $0.name == name }?.value ?? missing
            case .null: throw LogTemplateError("nil pointer evaluating interface {}.\(name)")
            case .object(let object):
                guard let member = try object.member(name, []) else {
                    throw LogTemplateError("can't evaluate field \(name) in \(shown(value))", .unknownMember)
                }
                value = member
            default: throw LogTemplateError("can't evaluate field \(name) in \(shown(value))", .unknownMember)
            }
        }
        return value
    }
}
