import TeleModel
import TeleTestKit
import Testing

@Suite struct LabelOrderTests {
    /// The definition: names and values one after the other, then the number of labels.
    private func precedes(_ a: LabelSet, _ b: LabelSet) -> Bool {
        for (x, y) in zip(a.pairs, b.pairs) {
            if x.name != y.name { return x.name.utf8.lexicographicallyPrecedes(y.name.utf8) }
            if x.value != y.value { return x.value.utf8.lexicographicallyPrecedes(y.value.utf8) }
        }
        return a.pairs.count < b.pairs.count
    }

    @Test func orderOfLabelSets() {
        #expect(LabelSet.precedes(LabelSet([("i", "10")]), LabelSet([("i", "2")])))
        #expect(LabelSet.precedes(.empty, LabelSet([("i", "2")])))
        let seed: UInt64 = 20_261_121
        var random = SeededGenerator(seed: seed)
        let texts = ["a", "ab", "b", "a\0", "é", String(repeating: "x", count: 200), "x"]
        let sets = (0..<80).map { _ in
            LabelSet(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    (texts.randomElement(using: &random) ?? "", texts.randomElement(using: &random) ?? "")
                })
        }
        for a in sets {
            for b in sets where LabelSet.precedes(a, b) != precedes(a, b) {
                Issue.record("seed \(seed): \(a.pairs) and \(b.pairs)")
            }
        }
    }
}
