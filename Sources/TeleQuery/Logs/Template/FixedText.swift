#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Doubles with a given count of digits, correctly rounded: the C library has the exact arithmetic.
package enum FixedText {
    /// Digits behind the point that are still given; a double has no more than 1,074.
    private static let most = 1_100

    static func fixed(_ value: Double, places: Int) -> String { text(value, places, "%.*f") }

    /// `1.500000e+00`
    static func scientific(_ value: Double, places: Int) -> String { text(value, places, "%.*e") }

    /// As C and Go print it with `%.*g`: so many digits, an exponent where that is shorter.
    package static func general(_ value: Double, digits: Int) -> String { text(value, digits, "%.*g") }

    private static func text(_ value: Double, _ places: Int, _ format: String) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        var buffer = [CChar](repeating: 0, count: most + 400)
        let count = withVaList([Int32(max(0, min(places, most))), value]) { arguments in
            vsnprintf(&buffer, buffer.count, format, arguments)
        }
        let shown = buffer.prefix(max(0, min(Int(count), buffer.count - 1)))
        return String(decoding: shown.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
