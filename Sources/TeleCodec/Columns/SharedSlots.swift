/// Values of slots that share columns: by size, so that each column holds numbers of one length.
struct SharedSlots {
    /// 0 for numbers below 10, then by decimal length; the last takes what is longer.
    static let classes = 18
    private var sizes: [UInt64] = []
    private var columns = [[UInt64]](repeating: [], count: classes)

    @inline(__always)
    static func size(_ value: UInt64, _ firstOfLength: borrowing Span<UInt64>) -> Int {
        var length = 1
        while length < classes, value >= firstOfLength[length + 1] { length += 1 }
        return length - 1
    }

    mutating func append(_ values: borrowing Span<UInt64>) {
        let firstOfLength = TextTemplate.firstOfLength
        for i in 0..<values.count {
            let size = SharedSlots.size(values[i], firstOfLength.span)
            sizes.append(UInt64(size))
            columns[size].append(values[i])
        }
    }

    func encode(into out: inout [UInt8]) {
        IntColumn.encode(sizes, into: &out)
        for column in columns { IntColumn.encode(column, into: &out) }
    }
}
