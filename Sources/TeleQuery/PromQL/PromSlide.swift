/// What some samples of a window come to, and can be put together from parts: so that a window that moves on does not
/// start over.
internal protocol PromPart {
    init(_ value: Double)
    /// Takes in what comes later in time.
    mutating func append(_ later: Self)
    /// What a window of so many samples gives.
    func result(_ count: Int) -> Double
}

/// The samples of a moving window as a queue of two stacks: each sample is taken up twice at most, and nothing is ever
/// taken away from a sum, so that no digits are lost. The front holds, for each of its samples, what it and those
/// behind it come to; the back is summed up as samples come.
internal struct PromSlide<Part: PromPart> {
    private var front: [Part] = []
    private var back: Part?
    /// The samples of the back begin here.
    private var middle = 0

    /// What the samples `low..<high` come to, of which there is at least one; neither end ever goes back.
    internal mutating func value(_ values: borrowing Span<Double>, _ low: Int, _ high: Int, from last: Int) -> Part {
        if low >= middle {
            // Turn the window into a front.
            front.removeAll(keepingCapacity: true)
            var part = Part(values[high - 1])
            front.append(part)
            var i = high - 1
            while i > low {
                i -= 1
                var longer = Part(values[i])
                longer.append(part)
                part = longer
                front.append(part)
            }
            (middle, back) = (high, nil)
            return part
        }
        for i in max(last, middle)..<max(last, middle, high) {
            if back == nil { back = Part(values[i]) } else { back?.append(Part(values[i])) }
        }
        while front.count > middle - low { front.removeLast() }
        var part = front[front.count - 1]
        if let back { part.append(back) }
        return part
    }
}

internal struct PromSumPart: PromPart {
    private var sum = PromSum()

    internal init(_ value: Double) { sum.add(value) }
    internal mutating func append(_ later: PromSumPart) { sum.add(later.sum) }
    internal func result(_ count: Int) -> Double { sum.value }
}

internal struct PromMeanPart: PromPart {
    private var sum: PromSumPart

    internal init(_ value: Double) { sum = PromSumPart(value) }
    internal mutating func append(_ later: PromMeanPart) { sum.append(later.sum) }
    internal func result(_ count: Int) -> Double { sum.result(count) / Double(count) }
}

internal struct PromLeastPart: PromPart {
    private var least: Double

    internal init(_ value: Double) { least = value }
    internal mutating func append(_ later: PromLeastPart) {
        if later.least < least || least.isNaN { least = later.least }
    }
    internal func result(_ count: Int) -> Double { least }
}

internal struct PromMostPart: PromPart {
    private var most: Double

    internal init(_ value: Double) { most = value }
    internal mutating func append(_ later: PromMostPart) { if later.most > most || most.isNaN { most = later.most } }
    internal func result(_ count: Int) -> Double { most }
}

/// Count, mean and sum of squared distances (Chan, Golub and LeVeque's way of joining them).
internal struct PromVariancePart: PromPart {
    private var count = 1.0
    private var mean: Double
    private var squares = 0.0

    internal init(_ value: Double) { mean = value }

    internal mutating func append(_ later: PromVariancePart) {
        let total = count + later.count
        let delta = later.mean - mean
        mean += delta * (later.count / total)
        squares += later.squares + delta * delta * (count * later.count / total)
        count = total
    }

    internal func result(_ count: Int) -> Double { squares / self.count }
}

internal struct PromDeviationPart: PromPart {
    private var variance: PromVariancePart

    internal init(_ value: Double) { variance = PromVariancePart(value) }
    internal mutating func append(_ later: PromDeviationPart) { variance.append(later.variance) }
    internal func result(_ count: Int) -> Double { variance.result(count).squareRoot() }
}
