internal import TeleModel

extension TextTemplates {
    /// The slots' values of the wanted texts: of template `t`, slot `s` of the `n`-th wanted text is
    /// `values[starts[t] + s * strides[t] + n]`.
    struct Slots {
        private(set) var values: [UInt64] = []
        private(set) var starts: [Int] = []
        private(set) var strides: [Int] = []

        /// Of all texts.
        init(_ reader: inout ByteReader, _ header: Header) throws(CodecError) {
            try self.init(&reader, header, wanted: nil, needsEnd: true)
        }

        /// Of those texts of each template that `wanted` numbers (rising, among the texts of that template).
        /// `needsEnd`: the reader has to stand behind the column afterwards.
        init(
            _ reader: inout ByteReader, _ header: Header, wanted: [[Int]]?, needsEnd: Bool
        ) throws(CodecError) {
            let slots = try header.slotCounts()
            let uses = try Slots.uses(header, slots, reader)
            starts.reserveCapacity(uses.count)
            strides.reserveCapacity(uses.count)
            if wanted == nil { values.reserveCapacity(header.valueCount) }
            var shared = Shared()
            for template in uses.indices {
                starts.append(values.count)
                let isShared = uses[template] < TextTemplates.ownColumn
                strides.append(wanted.map { $0[template].count } ?? uses[template])
                if isShared, strides[template] == 0 {
                    shared.skip(uses[template] &* slots[template])
                    continue
                }
                for _ in 0..<slots[template] {
                    if !isShared {
                        values += try IntColumn.decode(&reader, count: uses[template], places: wanted?[template])
                        continue
                    }
                    shared.append(uses[template], places: wanted?[template], at: values.count)
                    values.append(contentsOf: repeatElement(0, count: strides[template]))
                }
            }
            try shared.read(&reader, into: &values, needsEnd: needsEnd)
        }

        /// How many texts each template has; their slots are as many as stated.
        private static func uses(
            _ header: Header, _ slots: [Int], _ reader: borrowing ByteReader
        ) throws(CodecError) -> [Int] {
            var uses = [Int](repeating: 0, count: header.templateCount)
            for code in header.codes { uses[Int(code)] &+= 1 }
            var expected = 0
            for template in uses.indices {
                let (product, overflow) = slots[template].multipliedReportingOverflow(by: uses[template])
                guard !overflow, product <= header.valueCount - expected else {
                    throw reader.error("slots are more than stated")
                }
                expected += product
            }
            guard expected == header.valueCount else { throw reader.error("slots are fewer than stated") }
            return uses
        }
    }

    /// The slots of few values: they share a column of sizes and one of values a size.
    private struct Shared {
        private var total = 0
        /// Which of the shared values are wanted, rising, and where they belong.
        private var places: [Int] = []
        private var targets: [Int] = []
        private var wantsAll = false
        private var runs: [(target: Int, count: Int)] = []

        mutating func skip(_ count: Int) { total += count }

        mutating func append(_ count: Int, places wanted: [Int]?, at target: Int) {
            if let wanted {
                for (i, place) in wanted.enumerated() {
                    places.append(total + place)
                    targets.append(target + i)
                }
            } else {
                wantsAll = true
                runs.append((target, count))
            }
            total += count
        }

        func read(
            _ reader: inout ByteReader, into values: inout [UInt64], needsEnd: Bool
        ) throws(CodecError) {
            if !wantsAll, places.isEmpty, !needsEnd { return }
            let sizes = try IntColumn.decodeBytes(&reader, count: total, below: UInt8(SharedSlots.classes))
            if wantsAll { try readAll(&reader, sizes, &values) } else { try readPlaces(&reader, sizes, &values) }
        }

        private func readAll(
            _ reader: inout ByteReader, _ sizes: [UInt8], _ values: inout [UInt64]
        ) throws(CodecError) {
            var counts = [Int](repeating: 0, count: SharedSlots.classes)
            for size in sizes { counts[Int(size)] += 1 }
            var columns: [[UInt64]] = []
            for count in counts { columns.append(try IntColumn.decode(&reader, count: count)) }
            var cursors = [Int](repeating: 0, count: SharedSlots.classes)
            var next = 0
            for run in runs {
                for place in run.target..<run.target + run.count {
                    let size = Int(sizes[next])
                    next += 1
                    values[place] = columns[size][cursors[size]]
                    cursors[size] += 1
                }
            }
        }

        private func readPlaces(
            _ reader: inout ByteReader, _ sizes: [UInt8], _ values: inout [UInt64]
        ) throws(CodecError) {
            var counts = [Int](repeating: 0, count: SharedSlots.classes)
            var ranks = [[Int]](repeating: [], count: SharedSlots.classes)
            var owners = [[Int]](repeating: [], count: SharedSlots.classes)
            var at = 0
            let all = sizes.span
            for (place, target) in zip(places, targets) {
                while at < place {
                    counts[Int(all[at])] &+= 1
                    at &+= 1
                }
                let size = Int(all[place])
                ranks[size].append(counts[size])
                owners[size].append(target)
            }
            while at < all.count {
                counts[Int(all[at])] &+= 1
                at &+= 1
            }
            for size in counts.indices {
                let column = try IntColumn.decode(&reader, count: counts[size], places: ranks[size])
                for (i, target) in owners[size].enumerated() { values[target] = column[i] }
            }
        }
    }
}
