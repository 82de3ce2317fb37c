internal import TeleModel

extension TextTemplates {
    /// Where the slots of a column's texts lie, told by its header alone.
    struct Layout: Sendable {
        let contexts: SlotContexts
        /// Values by context.
        let counts: [Int]

        /// Refuses headers whose slots are not as many as stated.
        init(_ header: Header) throws(CodecError) {
            // Refuses marks that are cut off, too, which contexts rely on.
            let uses = try Layout.uses(header, try header.slotCounts())
            contexts = SlotContexts(header.text.span, lengths: header.lengths)
            counts = contexts.counts(uses: uses)
        }

        /// In memory.
        var byteCount: Int { contexts.byteCount + counts.count * 8 }

        /// How many texts each template has; their slots are as many as stated.
        private static func uses(_ header: Header, _ slots: [Int]) throws(CodecError) -> [Int] {
            var uses = [Int](repeating: 0, count: header.templateCount)
            for code in header.codes { uses[Int(code)] &+= 1 }
            var expected = 0
            for template in uses.indices {
                let (product, overflow) = slots[template].multipliedReportingOverflow(by: uses[template])
                guard !overflow, product <= header.valueCount - expected else {
                    throw CodecError("slots are more than stated", at: header.length)
                }
                expected += product
            }
            guard expected == header.valueCount else {
                throw CodecError("slots are fewer than stated", at: header.length)
            }
            return uses
        }
    }
}
