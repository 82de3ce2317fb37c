import TeleEngine
import TeleModel
import TeleQuery

/// Compares answers with what a script expects: floats to one part in a million.
enum PromQLComparison {
    static func isNear(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN && b.isNaN || a == b { return true }
        let sum = a.magnitude + b.magnitude
        let distance = (a - b).magnitude
        if a == 0 || b == 0 || sum < Double.leastNormalMagnitude {
            return distance < 1e-6 * Double.leastNormalMagnitude
        }
        return distance / min(sum, Double.greatestFiniteMagnitude) < 1e-6
    }

    static func difference(_ answer: PromAnswer, _ wanted: PromQLScript.Expectation, isInstant: Bool) -> String? {
        switch answer.result {
        case .string(let text): return text == wanted.text ? nil : "string \(text)"
        case .scalar(let values):
            if isInstant, let scalar = wanted.scalar { return isNear(values[0], scalar) ? nil : "scalar \(values[0])" }
            guard wanted.rows.count == 1 else { return "scalar \(values)" }
            var block = PromBlock(steps: values.count)
            _ = block.addRow(.empty, dropsName: false)
            block.values = values
            block.state = Array(repeating: PromBlock.float, count: values.count)
            return difference(block, wanted, isInstant: isInstant)
        case .vector(let block): return difference(block, wanted, isInstant: isInstant)
        case .matrix(let data): return difference(data, wanted)
        }
    }

    private static func difference(_ block: PromBlock, _ wanted: PromQLScript.Expectation, isInstant: Bool) -> String? {
        if wanted.scalar != nil { return "vector, not scalar" }
        let shown = (0..<block.count).map { "\(block.labels[$0].pairs)" }
        guard block.count == wanted.rows.count else { return "\(block.count) rows, not \(wanted.rows.count): \(shown)" }
        for (i, row) in wanted.rows.enumerated() {
            guard let found = block.labels.firstIndex(of: row.labels) else {
                return "no row \(row.labels.pairs) in \(shown)"
            }
            if wanted.isOrdered, found != i { return "row \(i) is at \(found)" }
            for step in 0..<block.steps {
                let cell = found * block.steps + step
                let expected = step < row.values.count ? row.values[step] : nil
                switch (expected, block.state[cell]) {
                case (nil, PromBlock.absent): break
                case (.float(let value)?, PromBlock.float) where isNear(value, block.values[cell]): break
                case (.histogram(let value)?, PromBlock.histogram)
                where block.histograms[cell].map({ isNear(value, $0) }) ?? false:
                    break
                default:
                    return
                        "\(row.labels.pairs) step \(step): \(block.values[cell]) "
                        + "\(String(describing: block.histograms[cell])), not \(String(describing: expected))"
                }
            }
        }
        return nil
    }

    private static func difference(_ data: SeriesData, _ wanted: PromQLScript.Expectation) -> String? {
        guard let grid = wanted.rangeTimes else { return "range vector" }
        guard data.count == wanted.rows.count else { return "\(data.count) rows, not \(wanted.rows.count)" }
        for row in wanted.rows {
            guard let found = data.labels.firstIndex(of: row.labels) else { return "no row \(row.labels.pairs)" }
            var samples: [(Int64, Double)] = []
            for i in data.offsets[found]..<data.offsets[found + 1] { samples.append((data.times[i], data.values[i])) }
            var expected: [(Int64, Double)] = []
            for (i, value) in row.values.enumerated() {
                if case .float(let number)? = value { expected.append((grid.time(i), number)) }
            }
            guard samples.count == expected.count,
                zip(samples, expected).allSatisfy({ $0.0 == $1.0 && isNear($0.1, $1.1) })
            else { return "samples \(samples), not \(expected)" }
        }
        return nil
    }

    static func isNear(_ a: NativeHistogram, _ b: NativeHistogram) -> Bool {
        guard a.schema == b.schema, isNear(a.sum, b.sum), isNear(a.count, b.count), isNear(a.zeroCount, b.zeroCount),
            isNear(a.zeroThreshold, b.zeroThreshold), a.bounds == b.bounds,
            a.resetHint == 0 || a.resetHint == b.resetHint
        else { return false }
        return isNear(a.promBuckets.0, b.promBuckets.0) && isNear(a.promBuckets.1, b.promBuckets.1)
    }

    private static func isNear(_ a: [Int: Double], _ b: [Int: Double]) -> Bool {
        a.count == b.count && a.allSatisfy { index, value in b[index].map { isNear(value, $0) } ?? false }
    }
}

extension NativeHistogram {
    /// Bucket counts by index, empty ones left out.
    var promBuckets: ([Int: Double], [Int: Double]) {
        (buckets(positiveRuns, positive), buckets(negativeRuns, negative))
    }

    private func buckets(_ runs: [Run], _ counts: [Double]) -> [Int: Double] {
        var out: [Int: Double] = [:]
        var index = 0
        var at = 0
        for run in runs {
            index += Int(run.offset)
            for _ in 0..<run.length where at < counts.count {
                if counts[at] != 0 { out[index] = counts[at] }
                index += 1
                at += 1
            }
        }
        return out
    }
}
