/// Columns as services make them, the same in every run.
struct ValueShapes {
    private let count: Int
    private var state: UInt64 = 7

    init(count: Int) { self.count = count }

    // SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    private mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    private mutating func fill<Value>(_ make: (inout ValueShapes, Int) -> Value) -> [Value] {
        var out: [Value] = []
        out.reserveCapacity(count)
        for i in 0..<count { out.append(make(&self, i)) }
        return out
    }

    mutating func integers() -> [(String, [UInt64])] {
        var time: UInt64 = 1_700_000_000_000_000_000
        return [
            ("all equal", fill { _, _ in 200 }),
            ("of 20 bits", fill { shapes, _ in UInt64(shapes.below(1 << 20)) }),
            (
                "times of logs",
                fill { shapes, _ in
                    time &+= UInt64(shapes.below(3_600_000))
                    return time
                }
            ),
            ("every 10 s", fill { _, i in 1_700_000_000_000 &+ UInt64(i) &* 10_000 }),
            (
                "every 10 s with jitter",
                fill { shapes, i in
                    1_700_000_000_000 &+ UInt64(i) &* 10_000 &+ UInt64(shapes.below(3))
                }
            ),
            (
                "status codes",
                fill { shapes, _ in shapes.below(20) == 0 ? [404, 500, 503, 429][shapes.below(4)] : 200 }
            ),
            ("long runs", fill { _, i in UInt64(i / 500) }),
            (
                "durations",
                fill { shapes, _ in
                    let size = UInt64(10 + shapes.below(22))
                    return shapes.next() % (1 &<< size)
                }
            ),
            ("40 wide values", fill { shapes, _ in UInt64(shapes.below(40)) &* 0x9e37_79b9_7f4a_7c15 }),
            ("random ids", fill { shapes, _ in shapes.next() }),
        ]
    }

    mutating func doubles() -> [(String, [Double])] {
        var gauge = 50.0
        return [
            (
                "gauge of 2 decimals",
                fill { shapes, _ in
                    gauge += Double(shapes.below(201) - 100) / 100
                    return (gauge * 100).rounded() / 100
                }
            ),
            (
                "slow exact gauge",
                fill { shapes, i in 20 + Double(i / 64) * 0x1p-20 + Double(shapes.below(4)) * 0x1p-40 }
            ),
            ("random doubles", fill { shapes, _ in Double(shapes.next() >> 11) * 0x1p-53 }),
        ]
    }

    mutating func texts() -> [(String, [String])] {
        let methods = ["GET", "GET", "GET", "POST", "PUT", "DELETE"]
        let words = ["timeout", "retry", "upstream", "cache", "miss", "stale", "token", "expired", "queue", "drained"]
        return [
            ("one text", fill { _, _ in "swift" }),
            ("methods", fill { shapes, _ in methods[shapes.below(6)] }),
            (
                "request lines",
                fill { shapes, _ in
                    "\(methods[shapes.below(6)]) /api/orders/\(shapes.below(100_000)) -> 200 in \(shapes.below(90)).\(shapes.below(1000))ms"
                }
            ),
            ("addresses", fill { shapes, _ in "10.\(shapes.below(256)).\(shapes.below(256)).\(shapes.below(256))" }),
            ("words", fill { shapes, _ in (0..<6).map { _ in words[shapes.below(10)] }.joined(separator: " ") }),
        ]
    }
}
