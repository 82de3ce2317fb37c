package import TeleEngine
package import TeleQL

/// Which parts of a span an expression looks at.
package struct TraceQLUses {
    package var names: Set<String> = []
    package var events = false
    package var links = false
    package var columns: SpanColumns = []

    package init(_ field: TraceQLField?) {
        if let field { add(field) }
    }

    package init(_ spanset: TraceQLSpanset) { add(spanset) }

    private mutating func add(_ spanset: TraceQLSpanset) {
        switch spanset {
        case .filter(let field): if let field { add(field) }
        case .and(let a, let b), .or(let a, let b):
            add(a)
            add(b)
        }
    }

    private mutating func add(_ field: TraceQLField) {
        switch field {
        case .literal: break
        case .intrinsic(let intrinsic):
            if intrinsic.isOfEvent { use(.events) }
            if intrinsic.isOfLink { use(.links) }
            if intrinsic == .instrumentationName || intrinsic == .instrumentationVersion { use(.scope) }
            if [.name, .status, .statusMessage, .kind].contains(intrinsic) { use(.name) }
        case .attribute(let scope, let name):
            names.insert(name)
            switch scope {
            case .any, .span: use(.attributes)
            case .event: use(.events)
            case .link: use(.links)
            case .instrumentation: use(.scope)
            case .resource: break
            }
        case .not(let inner), .negative(let inner), .matches(let inner, _, _), .textEquals(let inner, _): add(inner)
        case .binary(_, let a, let b):
            add(a)
            add(b)
        }
    }

    private mutating func use(_ column: SpanColumns) {
        columns.insert(column)
        if column == .events { events = true }
        if column == .links { links = true }
    }
}
