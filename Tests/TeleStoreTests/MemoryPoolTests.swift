import TeleEngine
import Testing

/// What all queries together may hold.
@Suite struct MemoryPoolTests {
    @Test func budgetsShareAndGiveBack() throws {
        let pool = MemoryPool(capacity: 1_000)
        let first = QueryBudget(maxBytes: 900, pool: pool)
        do {
            let second = QueryBudget(maxBytes: 900, pool: pool)
            try first.charge(bytes: 600)
            try second.charge(bytes: 400)
            #expect(throws: EngineError.overloaded) { try second.charge(bytes: 1) }
            #expect(second.bytes == 400)
            first.release(bytes: 100)
            try second.charge(bytes: 100)
            #expect(pool.held == 1_000)
        }
        #expect(pool.held == 500)
        try first.charge(bytes: 400)
        #expect(throws: EngineError.overBudget("the query needs more than 900 bytes (query.max_bytes)")) {
            try first.charge(bytes: 1)
        }
        #expect(pool.held == 900)
    }

    @Test func oneThatCanNeverFitIsToldSo() {
        let budget = QueryBudget(pool: MemoryPool(capacity: 1_000))
        #expect(throws: EngineError.overBudget("the query needs more than 1000 bytes, a quarter of memory")) {
            try budget.charge(bytes: 1_001)
        }
    }
}
