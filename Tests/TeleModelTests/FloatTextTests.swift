import TeleModel
import TeleTestKit
import Testing

@Suite struct FloatTextTests {
    @Test(arguments: [
        (1.0, "1", "1"), (-0.0, "-0", "-0"), (0.1, "0.1", "0.1"), (1e21, "1000000000000000000000", "1e+21"),
        (1.5e-7, "0.00000015", "1.5e-07"), (123456.789, "123456.789", "123456.789"), (.nan, "NaN", "NaN"),
        (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"), (1e-6, "0.000001", "0.000001"),
        (9_007_199_254_740_992, "9007199254740992", "9007199254740992"),
        (1.25e20, "125000000000000000000", "125000000000000000000"),
    ])
    func asGoWritesIt(_ value: Double, _ fixed: String, _ json: String) {
        #expect(FloatText.string(value) == fixed)
        #expect(FloatText.string(value, .json) == json)
    }

    @Test(arguments: [21, 22] as [UInt64]) func readsBack(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            for style in [FloatText.Style.fixed, .exponent, .general, .json] {
                #expect(
                    Double(FloatText.string(value, style))?.bitPattern == value.bitPattern, "seed \(seed): \(value)")
            }
        }
    }
}
