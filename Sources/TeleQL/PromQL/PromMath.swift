#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// Functions of C's mathematics library under names that say what they do; results as Go's `math` has them.
package enum PromMath {
    package static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
    package static func remainder(_ x: Double, _ y: Double) -> Double { fmod(x, y) }
    package static func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }

    /// The PromQL function of one number by that name.
    package static func function(_ name: String) -> (@Sendable (Double) -> Double)? {
        switch name {
        case "abs": { abs($0) }
        case "ceil": { ceil($0) }
        case "floor": { floor($0) }
        case "exp": { exp($0) }
        case "sqrt": { sqrt($0) }
        case "ln": { log($0) }
        case "log2": { log2($0) }
        case "log10": { log10($0) }
        case "sgn": { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 }
        case "acos": { acos($0) }
        case "acosh": { acosh($0) }
        case "asin": { asin($0) }
        case "asinh": { asinh($0) }
        case "atan": { atan($0) }
        case "atanh": { atanh($0) }
        case "cos": { cos($0) }
        case "cosh": { cosh($0) }
        case "sin": { sin($0) }
        case "sinh": { sinh($0) }
        case "tan": { tan($0) }
        case "tanh": { tanh($0) }
        case "deg": { $0 * 180 / Double.pi }
        case "rad": { $0 * Double.pi / 180 }
        default: nil
        }
    }
}
