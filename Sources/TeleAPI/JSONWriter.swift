internal import TeleModel

/// Writes JSON by appending bytes: no tree, no reflection. Commas are set by the writer; that every `begin` has its
/// `end` and every object member its key is the caller's part.
///
///     var w = JSONWriter()
///     w.beginObject()
///     w.key("status"); w.string("success")
///     w.endObject()
///     send(w.bytes)
package struct JSONWriter: Sendable {
    package var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}
    package init(capacity: Int) { bytes.reserveCapacity(capacity) }

    @inline(__always)
    private mutating func beforeValue() {
        if needsComma { bytes.append(0x2c) }
        needsComma = true
    }

    package mutating func beginObject() {
        beforeValue()
        bytes.append(0x7b)
        needsComma = false
    }

    package mutating func endObject() {
        bytes.append(0x7d)
        needsComma = true
    }

    package mutating func beginArray() {
        beforeValue()
        bytes.append(0x5b)
        needsComma = false
    }

    package mutating func endArray() {
        bytes.append(0x5d)
        needsComma = true
    }

    package mutating func key(_ name: String) {
        string(name)
        bytes.append(0x3a)
        needsComma = false
    }

    package mutating func key(_ name: borrowing Span<UInt8>) {
        string(name)
        bytes.append(0x3a)
        needsComma = false
    }

    package mutating func null() { raw("null") }
    package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

    package mutating func int(_ value: some BinaryInteger) {
        beforeValue()
        if value < 0 { bytes.append(0x2d) }
        FloatText.append(UInt64(truncatingIfNeeded: value.magnitude), to: &bytes)
    }

    /// A JSON number; NaN and infinities, which JSON lacks, as the strings `"NaN"`, `"+Inf"`, `"-Inf"`.
    package mutating func double(_ value: Double) {
        guard value.isFinite else { return sample(value) }
        beforeValue()
        FloatText.append(value, .json, to: &bytes)
    }

    /// A value as Prometheus' API has it: a number within quotes.
    package mutating func sample(_ value: Double) {
        beforeValue()
        bytes.append(0x22)
        FloatText.append(value, .json, to: &bytes)
        bytes.append(0x22)
    }

    /// Unix milliseconds as seconds: `12`, `12.500`.
    package mutating func seconds(milliseconds: Int64) {
        beforeValue()
        if milliseconds < 0 { bytes.append(0x2d) }
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        FloatText.append(whole, to: &bytes)
        guard rest != 0 else { return }
        bytes.append(0x2e)
        bytes.append(0x30 &+ UInt8(truncatingIfNeeded: rest / 100))
        bytes.append(0x30 &+ UInt8(truncatingIfNeeded: rest / 10 % 10))
        bytes.append(0x30 &+ UInt8(truncatingIfNeeded: rest % 10))
    }

    /// An integer within quotes, as nanosecond times are sent.
    package mutating func quotedInt(_ value: some BinaryInteger) {
        beforeValue()
        bytes.append(0x22)
        if value < 0 { bytes.append(0x2d) }
        FloatText.append(UInt64(truncatingIfNeeded: value.magnitude), to: &bytes)
        bytes.append(0x22)
    }

    package mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(Span(_unsafeElements: $0)) }
    }

    /// Bytes that should be UTF-8; each run that is not comes out as U+FFFD.
    package mutating func string(_ text: borrowing Span<UInt8>) {
        beforeValue()
        bytes.append(0x22)
        appendEscaped(text)
        bytes.append(0x22)
    }

    package mutating func string(_ text: [UInt8]) { string(text.span) }
    package mutating func string(_ text: ArraySlice<UInt8>) { string(text.span) }

    /// A value that is JSON already.
    package mutating func raw(_ json: String) {
        beforeValue()
        bytes.append(contentsOf: json.utf8)
    }

    package mutating func raw(_ json: [UInt8]) {
        beforeValue()
        bytes.append(contentsOf: json)
    }
}
