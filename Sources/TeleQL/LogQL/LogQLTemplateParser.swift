import TeleModel

/// Text to ``LogQLTemplate``: splits text from actions, then recursive descent within each action. Nesting is bounded
/// by ``Limits/queryDepth``.
struct LogQLTemplateParser {
    private enum Piece {
        case text(String)
        /// The offset of its opening braces, and what stands within.
        case action(Int, [LogQLTemplateToken])
    }

    private let bytes: [UInt8]
    private let dialect: LogQLTemplate.Dialect
    private(set) var definitions: [String: [LogQLTemplate.Node]] = [:]
    /// The offset of the action that is read.
    private(set) var place = 0
    private var pieces: [Piece] = []
    private var at = 0
    private var tokens: [LogQLTemplateToken] = []
    private var next = 0
    private var depth = 0
    private var loops = 0

    init(_ source: String, _ dialect: LogQLTemplate.Dialect) {
        bytes = Array(source.utf8)
        self.dialect = dialect
    }

    mutating func parse() throws(LogQLError) -> [LogQLTemplate.Node] {
        try split()
        let (nodes, end) = try list()
        guard end.isEmpty else { throw LogQLError("template: unexpected {{\(end)}}") }
        return nodes
    }

    // MARK: Text and actions

    private mutating func split() throws(LogQLError) {
        var from = 0
        var trimsNext = false
        while from < bytes.count {
            let open = ByteSearch.find(Array("{{".utf8).span, in: bytes.span, from: from) ?? bytes.count
            var text = bytes[from..<open]
            if trimsNext { text = text.drop(while: LogQLTemplateToken.isBlank) }
            var start = open + 2
            let trims = start + 1 < bytes.count && bytes[start] == 0x2d && LogQLTemplateToken.isBlank(bytes[start + 1])
            if trims {
                start += 1
                while let last = text.last, LogQLTemplateToken.isBlank(last) { text.removeLast() }
            }
            if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
            guard open < bytes.count else { return }
            place = open
            var end = start
            if let comment = try comment(start) {
                end = comment
            } else {
                var found: [LogQLTemplateToken] = []
                while let token = try LogQLTemplateToken.read(bytes, &end) { found.append(token) }
                pieces.append(.action(open, found))
            }
            trimsNext = end < bytes.count && bytes[end] == 0x2d
            from = end + (trimsNext ? 3 : 2)
        }
    }

    /// The offset of what closes `{{/* ... */}}`.
    private func comment(_ start: Int) throws(LogQLError) -> Int? {
        var at = start
        while at < bytes.count, LogQLTemplateToken.isBlank(bytes[at]) { at += 1 }
        guard at + 1 < bytes.count, bytes[at] == 0x2f, bytes[at + 1] == 0x2a else { return nil }
        guard let close = ByteSearch.find(Array("*/".utf8).span, in: bytes.span, from: at + 2) else {
            throw LogQLError("template: unclosed comment")
        }
        var end = close + 2
        while end < bytes.count, LogQLTemplateToken.isBlank(bytes[end]) { end += 1 }
        let closing = end < bytes.count && bytes[end] == 0x2d ? end + 1 : end
        guard closing + 1 < bytes.count, bytes[closing] == 0x7d, bytes[closing + 1] == 0x7d else {
            throw LogQLError("template: comment ends before closing delimiter")
        }
        return end
    }

    // MARK: Nodes

    /// Nodes up to `end` or `else`, which is given back (with `else if` as "else if").
    private mutating func list() throws(LogQLError) -> ([LogQLTemplate.Node], String) {
        guard depth < Limits.queryDepth else { throw LogQLError("template: nests deeper than \(Limits.queryDepth)") }
        depth += 1
        defer { depth -= 1 }
        var out: [LogQLTemplate.Node] = []
        while at < pieces.count {
            let piece = pieces[at]
            at += 1
            guard case .action(let open, let found) = piece else {
                if case .text(let text) = piece { out.append(.text(text)) }
                continue
            }
            (tokens, next, place) = (found, 0, open)
            guard case .word(let word)? = tokens.first?.kind else {
                out.append(try printed())
                continue
            }
            next = 1
            switch word {
            case "end":
                try finished()
                return (out, "end")
            case "else":
                if case .word("if")? = current {
                    next += 1
                    return (out, "else if")
                }
                try finished()
                return (out, "else")
            case "if", "with": out.append(try condition(isWith: word == "with"))
            case "range": out.append(try loop())
            case "break", "continue":
                guard loops > 0 else { throw LogQLError("template: {{\(word)}} outside {{range}}") }
                out.append(word == "break" ? .leaveLoop : .nextRound)
            case "define", "template", "block":
                guard dialect.hasDefinitions else { throw LogQLError("template: {{\(word)}} is not supported") }
                if let node = try named(word) { out.append(node) }
            default:
                next = 0
                out.append(try printed())
            }
        }
        return (out, "")
    }

    /// `define` gives no node, `template` and `block` do.
    private mutating func named(_ word: String) throws(LogQLError) -> LogQLTemplate.Node? {
        guard case .string(let name)? = current else {
            throw LogQLError("template: missing the name, a string, in \(word) clause")
        }
        next += 1
        let data: LogQLTemplate.Pipeline? = word != "define" && next < tokens.count ? try pipeline() : nil
        try finished()
        if word == "template" { return .template(name, data) }
        if word == "define", depth > 1 { throw LogQLError("template: unexpected {{define}}") }
        let (body, end) = try list()
        guard end == "end" else { throw LogQLError("template: unexpected EOF") }
        definitions[name] = body
        return word == "block" ? .template(name, data) : nil
    }

    private mutating func printed() throws(LogQLError) -> LogQLTemplate.Node {
        let pipeline = try pipeline()
        try finished()
        return .print(pipeline)
    }

    private mutating func condition(isWith: Bool) throws(LogQLError) -> LogQLTemplate.Node {
        let test = try pipeline()
        try finished()
        let (body, end) = try list()
        var other: [LogQLTemplate.Node] = []
        switch end {
        case "end": break
        case "else":
            let (rest, close) = try list()
            guard close == "end" else { throw LogQLError("template: unexpected EOF") }
            other = rest
        case "else if":
            guard depth < Limits.queryDepth else {
                throw LogQLError("template: nests deeper than \(Limits.queryDepth)")
            }
            depth += 1
            other = [try condition(isWith: false)]
            depth -= 1
        default: throw LogQLError("template: unexpected EOF")
        }
        return .condition(isWith: isWith, test, body, other)
    }

    private mutating func loop() throws(LogQLError) -> LogQLTemplate.Node {
        let over = try pipeline()
        try finished()
        loops += 1
        let (body, end) = try list()
        loops -= 1
        var other: [LogQLTemplate.Node] = []
        if end == "else" {
            let (rest, close) = try list()
            guard close == "end" else { throw LogQLError("template: unexpected EOF") }
            other = rest
        } else if end != "end" {
            throw LogQLError("template: unexpected EOF")
        }
        return .range(over, body, other)
    }

    // MARK: Pipelines

    private var current: LogQLTemplateToken.Kind? { next < tokens.count ? tokens[next].kind : nil }

    private func finished() throws(LogQLError) {
        if next < tokens.count { throw LogQLError("template: unexpected \(tokens[next].shown) in command") }
    }

    private mutating func pipeline() throws(LogQLError) -> LogQLTemplate.Pipeline {
        var out = LogQLTemplate.Pipeline()
        declaration(&out)
        while true {
            var command: [LogQLTemplate.Operand] = []
            while let operand = try operand() { command.append(operand) }
            guard !command.isEmpty else { throw LogQLError("template: missing value for command") }
            if out.commands.count > 0 || command.count > 1 {
                guard isCallable(command[0]) else {
                    if out.commands.isEmpty, case .field = command[0] {
                        throw LogQLError("template: a label is no function and takes no arguments")
                    }
                    throw LogQLError("template: non executable command in pipeline stage \(out.commands.count + 1)")
                }
            }
            out.commands.append(command)
            guard current == .symbol(0x7c) else { return out }
            next += 1
        }
    }

    private func isCallable(_ operand: LogQLTemplate.Operand) -> Bool {
        switch operand {
        case .function: true
        case .field(let path), .variable(_, let path), .group(_, let path): dialect.hasMethods && !path.isEmpty
        default: false
        }
    }

    private mutating func declaration(_ out: inout LogQLTemplate.Pipeline) {
        let start = next
        var names: [String] = []
        while case .variable(let name)? = current {
            names.append(name)
            next += 1
            if current == .declare || current == .assign {
                out.isAssignment = current == .assign
                out.variables = names
                next += 1
                return
            }
            guard current == .symbol(0x2c) else { break }
            next += 1
        }
        next = start
    }

    private mutating func operand() throws(LogQLError) -> LogQLTemplate.Operand? {
        guard let kind = current else { return nil }
        next += 1
        switch kind {
        case .dot: return .dot
        case .field(let name): return .field([name] + fields())
        case .variable(let name): return .variable(name, fields())
        case .string(let text): return .string(text)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .word("true"): return .bool(true)
        case .word("false"): return .bool(false)
        case .word("nil"): return .null
        case .word(let word):
            guard dialect.functions.contains(word) else {
                throw LogQLError("template: function \"\(word)\" not defined")
            }
            return .function(word)
        case .symbol(0x28):
            guard depth < Limits.queryDepth else {
                throw LogQLError("template: nests deeper than \(Limits.queryDepth)")
            }
            depth += 1
            let inner = try pipeline()
            depth -= 1
            guard current == .symbol(0x29) else { throw LogQLError("template: unclosed left paren") }
            next += 1
            return .group(inner, fields())
        default:
            next -= 1
            return nil
        }
    }

    /// `.a.b` right behind an operand.
    private mutating func fields() -> [String] {
        var out: [String] = []
        while next < tokens.count, tokens[next].isAdjacent, case .field(let name) = tokens[next].kind {
            out.append(name)
            next += 1
        }
        return out
    }
}
