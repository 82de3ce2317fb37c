internal import TeleModel

/// The distinct templates, their bytes one after another, how many texts each has.
struct TemplateInterner {
    private(set) var heap: [UInt8] = []
    private(set) var lengths: [UInt64] = []
    private(set) var uses: [Int] = []
    private var interner = TextInterner(expected: 512)

    init() {}

    var count: Int { lengths.count }
    var bytes: Int { heap.count }

    mutating func code(_ template: [UInt8]) -> UInt32 {
        // The candidate stands at the end of the heap while it is looked up.
        let range = ByteRange(offset: UInt32(truncatingIfNeeded: heap.count), count: UInt32(template.count))
        heap.append(contentsOf: template)
        let code = TemplateInterner.code(&interner, range, heap)
        if Int(code) == lengths.count {
            lengths.append(UInt64(template.count))
            uses.append(1)
        } else {
            heap.removeLast(template.count)
            uses[Int(code)] &+= 1
        }
        return code
    }

    /// Puts the templates in the order that takes least: the most used ones first, each part by its bytes, so that
    /// like templates stand together. Gives back the new place of each; nothing can be interned afterwards.
    mutating func sort(frequent: Int) -> [UInt32] {
        let byUse = lengths.indices.sorted { uses[$0] != uses[$1] ? uses[$0] > uses[$1] : $0 < $1 }
        let ranges = interner.ranges
        let order = heap.withUnsafeBufferPointer { bytes in
            func isBefore(_ a: Int, _ b: Int) -> Bool {
                bytes[ranges[a].range].lexicographicallyPrecedes(bytes[ranges[b].range])
            }
            return byUse.prefix(frequent).sorted(by: isBefore) + byUse.dropFirst(frequent).sorted(by: isBefore)
        }
        var places = [UInt32](repeating: 0, count: order.count)
        var sorted: [UInt8] = []
        sorted.reserveCapacity(heap.count)
        for (place, code) in order.enumerated() {
            places[code] = UInt32(truncatingIfNeeded: place)
            sorted.append(contentsOf: heap[ranges[code].range])
        }
        self = TemplateInterner(sorted, order, self)
        return places
    }

    private init(_ heap: [UInt8], _ order: [Int], _ other: TemplateInterner) {
        self.heap = heap
        lengths = order.map { other.lengths[$0] }
        uses = order.map { other.uses[$0] }
    }

    private static func code(_ interner: inout TextInterner, _ range: ByteRange, _ heap: [UInt8]) -> UInt32 {
        interner.code(range, in: heap.span)
    }
}
