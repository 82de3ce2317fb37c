/// A template in the language of Go's text/template, parsed: of `line_format` or `label_format`, or of a rule. Sources:
/// Go's text/template, "Template functions" of Loki's documentation.
package struct LogQLTemplate: Sendable {
    package indirect enum Node: Sendable {
        case text(String)
        case print(Pipeline)
        /// `{{ if }}`, `{{ with }}`: a body, and what stands behind `else`.
        case condition(isWith: Bool, Pipeline, [Node], [Node])
        case range(Pipeline, [Node], [Node])
        case leaveLoop
        case nextRound
        /// `{{ template "name" pipeline }}`.
        case template(String, Pipeline?)
    }

    /// `$a, $b := command | command`.
    package struct Pipeline: Sendable {
        package var variables: [String] = []
        /// `=` in place of `:=`.
        package var isAssignment = false
        package var commands: [[Operand]] = []
    }

    package indirect enum Operand: Sendable {
        case dot
        case null
        case bool(Bool)
        case int(Int64)
        case double(Double)
        case string(String)
        /// `.a.b`.
        case field([String])
        /// `$x.a`; `$` alone is "".
        case variable(String, [String])
        case function(String)
        case group(Pipeline, [String])
    }

    /// What a template may use.
    package struct Dialect: Sendable {
        package var functions: Set<String>
        /// `define`, `template` and `block`.
        package var hasDefinitions: Bool
        /// Whether `.name` may take arguments: values have methods.
        package var hasMethods: Bool

        package init(functions: Set<String>, hasDefinitions: Bool, hasMethods: Bool = false) {
            self.functions = functions
            self.hasDefinitions = hasDefinitions
            self.hasMethods = hasMethods
        }

        /// Loki's.
        package static let logs = Dialect(functions: LogQLTemplate.functions, hasDefinitions: false)
    }

    package let source: String
    package let nodes: [Node]
    /// What `define` and `block` have named.
    package let definitions: [String: [Node]]

    /// - Throws: ``LogQLError`` in the words of Go's parser where there is a place to tell.
    package init(_ source: String, dialect: Dialect = .logs) throws(LogQLError) {
        self.source = source
        var parser = LogQLTemplateParser(source, dialect)
        nodes = try parser.parse()
        definitions = parser.definitions
    }

    /// As ``init(_:dialect:)``, with the line in errors.
    package static func located(_ source: String, dialect: Dialect) throws(LogQLError) -> LogQLTemplate {
        var parser = LogQLTemplateParser(source, dialect)
        do throws(LogQLError) {
            let nodes = try parser.parse()
            return LogQLTemplate(source: source, nodes: nodes, definitions: parser.definitions)
        } catch {
            let line = 1 + source.utf8.prefix(parser.place).count { $0 == 0x0a }
            throw LogQLError(error.message, line: line)
        }
    }

    private init(source: String, nodes: [Node], definitions: [String: [Node]]) {
        self.source = source
        self.nodes = nodes
        self.definitions = definitions
    }

    /// The names of the templates that nodes include, wherever they stand.
    package static func included(_ nodes: [Node]) -> [String] {
        nodes.flatMap { node -> [String] in
            switch node {
            case .template(let name, _): [name]
            case .condition(_, _, let body, let other), .range(_, let body, let other): included(body + other)
            case .text, .print, .leaveLoop, .nextRound: []
            }
        }
    }

    /// Functions that a template may call.
    package static let functions: Set<String> = [
        "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "printf", "println",
        "html", "js", "urlquery", "__line__", "__timestamp__", "ToLower", "ToUpper", "Replace", "Trim", "TrimLeft",
        "TrimRight", "TrimPrefix", "TrimSuffix", "TrimSpace", "regexReplaceAll", "regexReplaceAllLiteral", "count",
        "urldecode", "urlencode", "bytes", "duration", "duration_seconds", "unixEpoch", "unixEpochMillis",
        "unixEpochNanos", "toDateInZone", "unixToTime", "alignLeft", "alignRight", "b64enc", "b64dec", "lower", "upper",
        "title", "trunc", "substr", "contains", "hasPrefix", "hasSuffix", "indent", "nindent", "replace", "repeat",
        "trim", "trimAll", "trimSuffix", "trimPrefix", "int", "float64", "add", "sub", "mul", "div", "mod", "addf",
        "subf", "mulf", "divf", "max", "min", "maxf", "minf", "ceil", "floor", "round", "fromJson", "date", "toDate",
        "now", "default",
    ]
}

extension LogQLTemplate {
    /// The labels that it names as `.name`, those of `$` aside.
    package var fields: [String] { nodes.flatMap(LogQLTemplate.fields) }

    private static func fields(_ node: Node) -> [String] {
        switch node {
        case .text, .leaveLoop, .nextRound: []
        case .print(let pipeline): fields(pipeline)
        case .template(_, let pipeline): pipeline.map(fields) ?? []
        case .condition(_, let test, let body, let other), .range(let test, let body, let other):
            fields(test) + (body + other).flatMap(fields)
        }
    }

    private static func fields(_ pipeline: Pipeline) -> [String] {
        pipeline.commands.joined().flatMap { operand -> [String] in
            switch operand {
            case .field(let path): path
            case .group(let inner, _): fields(inner)
            default: []
            }
        }
    }
}
