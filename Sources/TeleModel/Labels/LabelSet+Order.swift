extension LabelSet {
    /// The order in which answers show series: by the first name that differs, then by its value; then the one with
    /// fewer labels. (The order of the canonical bytes puts shorter texts first, whatever they say.)
    package static func precedes(_ a: LabelSet, _ b: LabelSet) -> Bool {
        let (a, b) = (a.bytes.span, b.bytes.span)
        var at = 0
        var other = 0
        while let x = textRange(a, &at) {
            guard let y = textRange(b, &other) else { return false }
            var i = 0
            let shorter = min(x.count, y.count)
            while i < shorter {
                let (left, right) = (a[x.lowerBound &+ i], b[y.lowerBound &+ i])
                if left != right { return left < right }
                i &+= 1
            }
            if x.count != y.count { return x.count < y.count }
        }
        return other < b.count
    }
}
