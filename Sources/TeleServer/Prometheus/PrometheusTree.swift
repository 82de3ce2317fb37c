import TeleAPI
import TeleModel
import TeleQL

/// Writes a query's tree as `/api/v1/parse_query` has it (prometheus/web/api/v1/translate_ast.go). As deep as the
/// query, which ``Limits/queryDepth`` bounds.
enum PrometheusTree {
    static func write(_ expression: PromExpr, _ w: inout JSONWriter) {
        w.beginObject()
        switch expression.kind {
        case .number(let value, _):
            text("type", "numberLiteral", &w)
            text("val", FloatText.string(value), &w)
        case .string(let value):
            text("type", "stringLiteral", &w)
            text("val", value, &w)
        case .negate(let inner):
            text("type", "unaryExpr", &w)
            text("op", "-", &w)
            child("expr", inner, &w)
        case .paren(let inner):
            text("type", "parenExpr", &w)
            child("expr", inner, &w)
        case .selector(let selector):
            text("type", "vectorSelector", &w)
            self.selector(selector, &w)
        case .matrix(let selector, let range):
            text("type", "matrixSelector", &w)
            duration("range", range, &w)
            self.selector(selector, &w)
        case .subquery(let subquery):
            text("type", "subquery", &w)
            child("expr", subquery.inner, &w)
            duration("range", subquery.range, &w)
            duration("step", subquery.step, &w)
            time(subquery.at, subquery.offset, &w)
        case .binary(let binary): self.binary(binary, &w)
        case .aggregate(let aggregate):
            text("type", "aggregation", &w)
            text("op", aggregate.operation.rawValue, &w)
            child("expr", aggregate.inner, &w)
            child("param", aggregate.parameter, &w)
            list("grouping", aggregate.grouping, &w)
            w.key("without")
            w.bool(aggregate.isWithout)
        case .call(let call):
            text("type", "call", &w)
            function(call.function, &w)
            w.key("args")
            w.beginArray()
            for argument in call.arguments { write(argument, &w) }
            w.endArray()
        }
        w.endObject()
    }

    private static func text(_ key: String, _ value: String, _ w: inout JSONWriter) {
        w.key(key)
        w.string(value)
    }

    private static func list(_ key: String, _ values: [String], _ w: inout JSONWriter) {
        w.key(key)
        w.beginArray()
        for value in values { w.string(value) }
        w.endArray()
    }

    private static func child(_ key: String, _ expression: PromExpr?, _ w: inout JSONWriter) {
        w.key(key)
        if let expression { write(expression, &w) } else { w.null() }
    }

    /// Milliseconds; 0 where it is worked out from the query's step or range.
    private static func duration(_ key: String, _ duration: PromDuration?, _ w: inout JSONWriter) {
        w.key(key)
        w.int(duration?.milliseconds(step: 0, range: 0) ?? 0)
    }

    private static func time(_ at: PromAt?, _ offset: PromDuration?, _ w: inout JSONWriter) {
        duration("offset", offset, &w)
        w.key("timestamp")
        if case .time(let time) = at { w.int(time) } else { w.null() }
        w.key("startOrEnd")
        switch at {
        case .start: w.string("start")
        case .end: w.string("end")
        default: w.null()
        }
    }

    private static func selector(_ selector: PromSelector, _ w: inout JSONWriter) {
        text("name", selector.name ?? "", &w)
        time(selector.at, selector.offset, &w)
        w.key("matchers")
        w.beginArray()
        for matcher in selector.matchers {
            w.beginObject()
            text("name", matcher.name, &w)
            text("value", matcher.value, &w)
            switch matcher.operation {
            case .equal: text("type", "=", &w)
            case .notEqual: text("type", "!=", &w)
            case .matches: text("type", "=~", &w)
            case .matchesNot: text("type", "!~", &w)
            }
            w.endObject()
        }
        w.endArray()
        w.key("anchored")
        w.bool(selector.edges == .anchored)
        w.key("smoothed")
        w.bool(selector.edges == .smoothed)
    }

    private static func binary(_ binary: PromBinary, _ w: inout JSONWriter) {
        text("type", "binaryExpr", &w)
        text("op", binary.operation.rawValue, &w)
        child("lhs", binary.left, &w)
        child("rhs", binary.right, &w)
        w.key("bool")
        w.bool(binary.returnsBool)
        w.key("matching")
        guard let matching = binary.matching else { return w.null() }
        w.beginObject()
        switch matching.cardinality {
        case .oneToOne: text("card", binary.operation.isSet ? "many-to-many" : "one-to-one", &w)
        case .manyToOne: text("card", "many-to-one", &w)
        case .oneToMany: text("card", "one-to-many", &w)
        case .manyToMany: text("card", "many-to-many", &w)
        }
        list("labels", matching.labels, &w)
        w.key("on")
        w.bool(matching.isOn)
        list("include", matching.include, &w)
        w.key("fillValues")
        w.beginObject()
        for (key, value) in [("lhs", matching.fillLeft), ("rhs", matching.fillRight)] {
            w.key(key)
            if let value { w.string(FloatText.string(value)) } else { w.null() }
        }
        w.endObject()
        w.endObject()
    }

    private static func function(_ function: PromFunction, _ w: inout JSONWriter) {
        w.key("func")
        w.beginObject()
        text("name", function.name, &w)
        list("argTypes", function.arguments.map(\.rawValue), &w)
        w.key("variadic")
        w.int(function.variadic)
        text("returnType", function.result.rawValue, &w)
        w.endObject()
    }
}
