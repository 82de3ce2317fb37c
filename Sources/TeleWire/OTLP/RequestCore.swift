import TeleModel

/// Builds what log and span batches share. Keys, resources and scopes are interned for one request; texts go into the
/// heap once. What is wrong with a record is noted in ``issue``: the decoder goes on and refuses the record at its end.
struct RequestCore {
    var core = BatchCore()
    var issue: RecordIssue?
    private var keys = InternTable()
    private var resources = InternTable()
    private var scopes = InternTable()
    /// Attributes that the request may still have.
    private var attributesLeft = Limits.attributesPerRequest

    init(bodyBytes: Int) {
        core.heap.bytes.reserveCapacity(bodyBytes / 2)
        core.keys.reserveCapacity(64)
    }

    @inline(__always)
    mutating func note(_ found: RecordIssue) { if issue == nil { issue = found } }

    /// Copies text into the heap; what is no UTF-8 is noted.
    @inline(__always)
    mutating func text(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> ByteRange {
        guard UTF8Check.isValid(bytes, range) else {
            note(.text)
            return .empty
        }
        return raw(bytes, range)
    }

    /// The same, as the 64 bits that value columns hold.
    @inline(__always)
    mutating func packedText(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt64 {
        guard UTF8Check.isValid(bytes, range) else {
            note(.text)
            return 0
        }
        return packedRaw(bytes, range)
    }

    @inline(__always)
    mutating func packedRaw(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt64 {
        if range.isEmpty { return 0 }
        let start = UInt64(truncatingIfNeeded: core.heap.bytes.count)
        bytes.extracting(range).withUnsafeBytes { core.heap.bytes.append(contentsOf: $0) }
        return start << 32 | UInt64(truncatingIfNeeded: range.count)
    }

    /// Copies bytes into the heap.
    @inline(__always)
    mutating func raw(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> ByteRange {
        if range.isEmpty { return .empty }
        let start = UInt32(truncatingIfNeeded: core.heap.bytes.count)
        bytes.extracting(range).withUnsafeBytes { core.heap.bytes.append(contentsOf: $0) }
        return ByteRange(offset: start, count: UInt32(truncatingIfNeeded: range.count))
    }

    /// The number of a key. `guess` is the key that stood at this position in the previous owner, or nothing.
    @inline(__always)
    mutating func key(_ bytes: borrowing RawSpan, _ range: Range<Int>, guess: UInt32?) -> UInt32 {
        // A key that is no UTF-8 has no number of its own, and its record may still be under way.
        if let guess, Int(guess) < core.keys.count {
            let known = core.keys[Int(guess)]
            if Int(known.count) == range.count,
                ByteCompare.isSame(
                    core.heap.bytes.span.bytes, Int(known.offset), bytes, range.lowerBound, range.count)
            {
                return guess
            }
        }
        return internKey(bytes, range)
    }

    @inline(never)
    private mutating func internKey(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt32 {
        let hash = Hash64.of(bytes.extracting(range))
        if let found = findKey(hash, bytes, range) { return found }
        guard UTF8Check.isValid(bytes, range) else {
            note(.text)
            return 0
        }
        core.keys.append(raw(bytes, range))
        return keys.insert(hash)
    }

    private func findKey(_ hash: UInt64, _ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt32? {
        let heap = core.heap.bytes.span.bytes
        return keys.find(hash) { index in
            let known = core.keys[Int(index)]
            return Int(known.count) == range.count
                && ByteCompare.isSame(heap, Int(known.offset), bytes, range.lowerBound, range.count)
        }
    }

    /// Charges one attribute against the request's share.
    @inline(__always)
    mutating func chargeAttribute(at offset: Int) throws(WireError) {
        attributesLeft &-= 1
        if attributesLeft < 0 {
            throw .tooLarge("more attributes than a request may have (Limits.attributesPerRequest)", at: offset)
        }
    }

    // MARK: Resources and scopes

    /// The row of the resource that was just appended behind the known ones, which is taken back if it is one of them.
    mutating func internResource() -> UInt32 {
        let row = core.resources.origins.count - 1
        let fingerprint = core.resourceFingerprint(row)
        core.resources.fingerprints.append(fingerprint)
        let known = resources.find(fingerprint) { isSameResource(Int($0), row) }
        guard let known else { return resources.insert(fingerprint) }
        dropResource()
        return known
    }

    /// Takes back the resource that was appended last.
    mutating func dropResource() {
        let row = core.resources.origins.count - 1
        core.resources.origins.removeLast()
        core.resources.schemaURLs.removeLast()
        core.resources.droppedAttributes.removeLast()
        core.resources.entityRefs.removeLast()
        if core.resources.fingerprints.count > row { core.resources.fingerprints.removeLast() }
        core.resources.attributes.removeOwners(from: row)
    }

    mutating func internScope() -> UInt32 {
        let row = core.scopes.count - 1
        let fingerprint = core.scopeFingerprint(row)
        let known = scopes.find(fingerprint) { isSameScope(Int($0), row) }
        guard let known else { return scopes.insert(fingerprint) }
        dropScope()
        return known
    }

    mutating func dropScope() {
        core.scopes.names.removeLast()
        core.scopes.versions.removeLast()
        core.scopes.schemaURLs.removeLast()
        core.scopes.droppedAttributes.removeLast()
        core.scopes.attributes.removeOwners(from: core.scopes.count)
    }

    private func isSameResource(_ a: Int, _ b: Int) -> Bool {
        core.resources.droppedAttributes[a] == core.resources.droppedAttributes[b]
            && isSame(core.resources.schemaURLs[a], core.resources.schemaURLs[b])
            && isSame(core.resources.entityRefs[a], core.resources.entityRefs[b])
            && hasSameEntries(core.resources.attributes, a, b)
    }

    private func isSameScope(_ a: Int, _ b: Int) -> Bool {
        core.scopes.droppedAttributes[a] == core.scopes.droppedAttributes[b]
            && isSame(core.scopes.names[a], core.scopes.names[b])
            && isSame(core.scopes.versions[a], core.scopes.versions[b])
            && isSame(core.scopes.schemaURLs[a], core.scopes.schemaURLs[b])
            && hasSameEntries(core.scopes.attributes, a, b)
    }

    private func isSame(_ a: ByteRange, _ b: ByteRange) -> Bool {
        let heap = core.heap.bytes.span.bytes
        return a.count == b.count && ByteCompare.isSame(heap, Int(a.offset), heap, Int(b.offset), Int(a.count))
    }

    /// The same keys and values in the same order.
    private func hasSameEntries(_ table: AttributeTable, _ a: Int, _ b: Int) -> Bool {
        let (left, right) = (table.entries(of: a), table.entries(of: b))
        guard left.count == right.count else { return false }
        for (i, j) in zip(left, right) {
            let (x, y) = (table.value(at: i), table.value(at: j))
            guard table.keys[i] == table.keys[j], x.kind == y.kind else { return false }
            guard x.kind.isRange ? isSame(x.range, y.range) : x.bits == y.bits else { return false }
        }
        return true
    }
}

extension AttributeTable {
    /// Takes back the owners from this one on, closed or not, with their entries.
    mutating func removeOwners(from owner: Int) {
        let kept = owner == 0 ? 0 : Int(ends[owner - 1])
        ends.removeLast(max(0, ends.count - owner))
        keys.removeLast(keys.count - kept)
        kinds.removeLast(kinds.count - kept)
        values.removeLast(values.count - kept)
    }

    /// Where the entries of the owner that is not closed yet begin.
    @inline(__always)
    var openStart: Int { Int(ends.last ?? 0) }

    /// The key that the previous owner has at the position of the next entry.
    @inline(__always)
    var guess: UInt32? {
        let owners = ends.count
        if owners == 0 { return nil }
        let start = Int(ends[owners &- 1])
        let previous = owners > 1 ? Int(ends[owners &- 2]) : 0
        let entry = previous &+ (keys.count &- start)
        return entry < start ? keys[entry] : nil
    }
}
