/// A word of TraceQL with where it begins.
struct TraceQLToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case word(String)
        case attribute(TraceQLScope, String)
        case intrinsic(TraceQLIntrinsic)
        case string(String)
        case int(Int64)
        case double(Double)
        case duration(Int64)
        case symbol(String)
        case end
    }

    var kind: Kind
    var start: Int
}
