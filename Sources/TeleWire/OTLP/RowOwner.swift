import TeleModel

/// The resource and scope of the rows that follow. Their rows in the tables are made when the first record asks for
/// them, so that a request full of empty groups makes none. What is wrong with them is every record's issue.
struct RowOwner {
    private let resourceHeader: GroupHeader
    private var scopeHeader: GroupHeader?
    private(set) var resource: UInt32 = 0
    private(set) var scope: UInt32 = 0
    private(set) var issue: RecordIssue?
    private var resourceIssue: RecordIssue?
    private var hasResource = false
    private var hasScope = false

    init(_ resource: GroupHeader) { resourceHeader = resource }

    mutating func begin(scope: GroupHeader) {
        scopeHeader = scope
        hasScope = false
    }

    @inline(__always)
    mutating func open(_ core: inout RequestCore, _ body: borrowing ProtobufReader) throws(WireError) {
        if !hasScope { try make(&core, body) }
    }

    @inline(never)
    private mutating func make(_ core: inout RequestCore, _ body: borrowing ProtobufReader) throws(WireError) {
        if !hasResource {
            core.issue = nil
            do throws(WireError) { resource = try core.resource(resourceHeader, body) } catch {
                throw error.within("resource")
            }
            resourceIssue = core.issue
            hasResource = true
        }
        if let scopeHeader {
            core.issue = nil
            do throws(WireError) { scope = try core.scope(scopeHeader, body) } catch { throw error.within("scope") }
            issue = resourceIssue ?? core.issue
        }
        hasScope = true
    }
}

extension RequestCore {
    /// A log record's or link's trace id: none where it is empty or all zero.
    @inline(__always)
    mutating func optionalTraceID(
        _ bytes: borrowing RawSpan, _ range: Range<Int>, else found: RecordIssue = .traceIDLength
    ) -> (high: UInt64, low: UInt64) {
        guard range.count == 16 else {
            if !range.isEmpty { note(found) }
            return (0, 0)
        }
        return (
            UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self)),
            UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound &+ 8, as: UInt64.self))
        )
    }

    @inline(__always)
    mutating func optionalSpanID(
        _ bytes: borrowing RawSpan, _ range: Range<Int>, else found: RecordIssue
    ) -> UInt64 {
        guard range.count == 8 else {
            if !range.isEmpty { note(found) }
            return 0
        }
        return UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
    }
}
