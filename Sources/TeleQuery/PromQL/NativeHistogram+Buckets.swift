package import TeleModel

extension NativeHistogram {
    /// A bucket with its bounds as they are, from the lowest to the highest.
    package struct Bucket: Sendable {
        package var lower: Double
        package var upper: Double
        package var count: Double
        /// As the API numbers them: 0 open on the left, 1 open on the right, 2 open on both sides, 3 closed.
        package var rule: Int
    }

    /// The upper bound of a positive bucket.
    package func bound(_ index: Int) -> Double {
        if schema == -53 {
            return index < 0 ? -.infinity : index < bounds.count ? bounds[index] : .infinity
        }
        let schema = Int(min(max(self.schema, -4), 8))
        if schema <= 0 {
            let exponent = index.multipliedReportingOverflow(by: 1 << -schema).partialValue
            return exponent > 1024 ? .infinity : Double(sign: .plus, exponent: max(exponent, -1074), significand: 1)
        }
        let perPower = 1 << schema
        let whole = index >> schema
        let rest = Double(index - whole * perPower) / Double(perPower)
        if whole > 1024 { return .infinity }
        return Double(sign: .plus, exponent: max(whole, -1074), significand: PromExponent.two(to: rest))
    }

    /// Calls with the index and count of each bucket of one side.
    internal static func forEach(_ runs: [Run], _ counts: [Double], _ body: (Int, Double) -> Void) {
        var index = 0
        var at = 0
        for run in runs {
            index += Int(run.offset)
            for _ in 0..<Int(run.length) {
                guard at < counts.count else { return }
                body(index, counts[at])
                index += 1
                at += 1
            }
        }
    }

    /// All buckets that hold something.
    package var buckets: [Bucket] {
        var negatives: [Bucket] = []
        NativeHistogram.forEach(negativeRuns, negative) { index, count in
            if count != 0 {
                negatives.append(Bucket(lower: -bound(index), upper: -bound(index - 1), count: count, rule: 1))
            }
        }
        var out = Array(negatives.reversed())
        if zeroCount != 0 { out.append(Bucket(lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount, rule: 3)) }
        NativeHistogram.forEach(positiveRuns, positive) { index, count in
            if count != 0 { out.append(Bucket(lower: bound(index - 1), upper: bound(index), count: count, rule: 0)) }
        }
        return out
    }
}
