/// What a kernel has to say about its input; the evaluator makes annotations of it, which name metric and place.
internal enum PromNote: Hashable {
    case notCounter, notGauge
    case mixedTypes, mixedSchemas
    case overlappingStart
    case reconciledAddition, reconciledSubtraction, reconciledAggregation
    case conflictingResets(String)

    internal var isInfo: Bool {
        switch self {
        case .reconciledAddition, .reconciledSubtraction, .reconciledAggregation: true
        default: false
        }
    }

    /// As Prometheus words it; `metric` is ` "name"` or ` for metric name "name"` where the name is known.
    internal func text(name: String?) -> String {
        let suffix = name.map { " for metric name \($0)" } ?? ""
        switch self {
        case .notCounter: return "this native histogram metric is not a counter: \(name ?? "\"\"")"
        case .notGauge: return "this native histogram metric is not a gauge: \(name ?? "\"\"")"
        case .mixedTypes: return "encountered a mix of histograms and floats\(suffix)"
        case .mixedSchemas:
            return "vector contains a mix of histograms with exponential and custom buckets schemas\(suffix)"
        case .overlappingStart:
            return "sample has start time that overlaps with previous sample timestamp for metric \(name ?? "\"\"")"
        case .reconciledAddition: return "mismatched custom buckets were reconciled during addition"
        case .reconciledSubtraction: return "mismatched custom buckets were reconciled during subtraction"
        case .reconciledAggregation: return "mismatched custom buckets were reconciled during aggregation"
        case .conflictingResets(let operation): return "conflicting counter resets during histogram \(operation)"
        }
    }
}
