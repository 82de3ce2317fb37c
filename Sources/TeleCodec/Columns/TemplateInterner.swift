internal import TeleModel

/// The distinct templates, their bytes one after another, how many slots each has and how many texts.
struct TemplateInterner {
    private(set) var heap: [UInt8] = []
    private(set) var lengths: [UInt64] = []
    private(set) var slots: [Int] = []
    private(set) var uses: [Int] = []
    private var interner = TextInterner(expected: 512)

    var count: Int { lengths.count }
    var bytes: Int { heap.count }

    mutating func code(_ template: [UInt8], slots slotCount: Int) -> UInt32 {
        // The candidate stands at the end of the heap while it is looked up.
        let range = ByteRange(offset: UInt32(truncatingIfNeeded: heap.count), count: UInt32(template.count))
        heap.append(contentsOf: template)
        let code = TemplateInterner.code(&interner, range, heap)
        if Int(code) == lengths.count {
            lengths.append(UInt64(template.count))
            slots.append(slotCount)
            uses.append(1)
        } else {
            heap.removeLast(template.count)
            uses[Int(code)] &+= 1
        }
        return code
    }

    private static func code(_ interner: inout TextInterner, _ range: ByteRange, _ heap: [UInt8]) -> UInt32 {
        interner.code(range, in: heap.span)
    }
}
