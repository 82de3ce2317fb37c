package import TeleEngine
package import TeleQL

/// Which parts of a span an expression looks at.
package struct TraceQLUses {
    package var names: Set<String> = []
    /// In the order in which they are named.
    package var attributes: [(scope: TraceQLScope, name: String)] = []
    package var intrinsics: Set<TraceQLIntrinsic> = []
    /// All of them, each by itself.
    package var fields: [TraceQLField] {
        attributes.map { .attribute($0.scope, $0.name) } + intrinsics.map { .intrinsic($0) }
    }
    /// Whether spans have to be put into their tree.
    package var tree = false
    /// Whether a span alone says too little.
    package var ofTrace = false
    package var events = false
    package var links = false
    package var columns: SpanColumns = []

    package init(_ field: TraceQLField?) {
        if let field { add(field) }
    }

    package init(_ spanset: TraceQLSpanset) { add(spanset) }
    package init(_ stages: [TraceQLStage]) { for stage in stages { add(stage) } }
    package init(_ fields: [TraceQLField]) { for field in fields { add(field) } }

    private mutating func add(_ stage: TraceQLStage) {
        switch stage {
        case .spanset(let spanset): add(spanset)
        case .filter(let a, _, let b):
            add(a)
            add(b)
        case .by(let field): add(field)
        case .select(let fields): for field in fields { add(field) }
        case .coalesce: break
        }
    }

    private mutating func add(_ scalar: TraceQLScalar) {
        switch scalar {
        case .literal: break
        case .aggregate(_, let field): if let field { add(field) }
        case .binary(_, let a, let b):
            add(a)
            add(b)
        }
    }

    private mutating func add(_ spanset: TraceQLSpanset) {
        switch spanset {
        case .filter(let field): if let field { add(field) }
        case .and(let a, let b), .or(let a, let b):
            add(a)
            add(b)
        case .structural(_, let a, let b):
            tree = true
            ofTrace = true
            add(a)
            add(b)
        case .pipeline(let stages): for stage in stages { add(stage) }
        }
    }

    private mutating func add(_ field: TraceQLField) {
        switch field {
        case _ where field.isRootTest: break
        case .literal: break
        case .intrinsic(let intrinsic):
            intrinsics.insert(intrinsic)
            if intrinsic.isOfTree { tree = true }
            if intrinsic.isOfTrace { ofTrace = true }
            if intrinsic.isOfEvent { use(.events) }
            if intrinsic.isOfLink { use(.links) }
            if intrinsic == .instrumentationName || intrinsic == .instrumentationVersion { use(.scope) }
            if [.name, .status, .statusMessage, .kind].contains(intrinsic) { use(.name) }
        case .attribute(let scope, let name):
            names.insert(name)
            if !attributes.contains(where: { $0.scope == scope && $0.name == name }) {
                attributes.append((scope, name))
            }
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
