internal import TeleQL

internal enum PromExponent {
    internal static func two(to exponent: Double) -> Double { PromMath.power(2, exponent) }
    internal static func logarithm(_ value: Double) -> Double { PromMath.function("log2")?(value) ?? .nan }
}
