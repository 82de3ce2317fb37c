package import TeleModel

extension NativeHistogram {
    /// `{count:20, sum:10, [-1,-0.5):1, (0.5,1]:1}`, as Prometheus prints a histogram.
    package var text: String {
        var parts = ["count:\(FloatText.string(count))", "sum:\(FloatText.string(sum))"]
        for bucket in buckets {
            let open = bucket.rule == 1 || bucket.rule == 3 ? "[" : "("
            let close = bucket.rule == 0 || bucket.rule == 3 ? "]" : ")"
            let (lower, upper) = (FloatText.string(bucket.lower), FloatText.string(bucket.upper))
            parts.append("\(open)\(lower),\(upper)\(close):\(FloatText.string(bucket.count))")
        }
        return "{" + parts.joined(separator: ", ") + "}"
    }
}
