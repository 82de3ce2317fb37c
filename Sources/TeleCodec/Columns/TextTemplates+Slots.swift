internal import TeleModel

extension TextTemplates {
    /// The slots' values of the wanted texts, by context: the values of context `c` begin at `starts[c]`, in the order
    /// of the texts.
    struct Slots {
        private(set) var values: [UInt64] = []
        private(set) var starts: [Int] = []
        let contexts: SlotContexts

        /// Of all texts, or of those with the rising numbers `rows`. `needsEnd`: the reader has to stand behind the
        /// column afterwards.
        init(
            _ reader: inout ByteReader, _ header: Header, _ layout: Layout, rows: [Int]?, needsEnd: Bool
        ) throws(CodecError) {
            contexts = layout.contexts
            let counts = layout.counts
            starts.reserveCapacity(counts.count)
            let wanted = rows.map { Slots.places($0, header.codes, contexts) }
            if wanted == nil { values.reserveCapacity(header.valueCount) }
            var shared = Shared()
            for context in counts.indices {
                starts.append(values.count)
                let places = wanted?[context]
                if counts[context] >= TextTemplates.ownColumn {
                    values += try IntColumn.decode(&reader, count: counts[context], places: places)
                    continue
                }
                shared.append(counts[context], places: places, at: values.count)
                values.append(contentsOf: repeatElement(0, count: places?.count ?? counts[context]))
            }
            try shared.read(&reader, into: &values, needsEnd: needsEnd)
        }

        /// Where the values of the wanted texts stand within their contexts.
        private static func places(_ rows: [Int], _ codes: [UInt32], _ contexts: SlotContexts) -> [[Int]] {
            var seen = [Int](repeating: 0, count: contexts.count)
            var places = [[Int]](repeating: [], count: contexts.count)
            let slots = contexts.codes.span
            var tally = CodeTally(codes: contexts.ends.count)
            var row = 0
            for pick in rows {
                tally.forEach(codes.span, row..<max(row, pick)) { code, count in
                    for slot in contexts.range(of: code) { seen[Int(slots[slot])] &+= count }
                }
                for slot in contexts.range(of: Int(codes[pick])) {
                    let context = Int(slots[slot])
                    places[context].append(seen[context])
                    seen[context] &+= 1
                }
                row = pick + 1
            }
            return places
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
