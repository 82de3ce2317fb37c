package import TeleEngine

/// Why an answer about traces may lack something.
package struct TraceCut: Sendable, Equatable {
    package enum Reason: String, Sendable {
        /// As many traces as were asked for.
        case limit
        /// Of a trace with very many spans the first ones were looked at.
        case spans
        /// The query passed a limit of its budget.
        case budget
        /// The query passed its deadline.
        case time
    }

    package var reason: Reason
    /// For people: what is missing, and how to see it.
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

extension TraceCut {
    /// Runs a search that counts what it finds and stops at a limit, and says why it may not have found all. A limit of
    /// the budget that is passed after something was found ends the search.
    package static func noting(
        _ limit: Int, _ search: (_ found: inout Int) throws(EngineError) -> Void
    ) throws(EngineError) -> TraceCut? {
        var found = 0
        do throws(EngineError) { try search(&found) } catch .overBudget(let message) where found > 0 {
            return TraceCut(.budget, message + ": the newest traces found until then; narrow the time or the query")
        } catch .deadlineExceeded where found > 0 {
            return TraceCut(.time, "the query ran out of time (query.timeout): the newest traces found until then")
        }
        guard found >= limit else { return nil }
        return TraceCut(.limit, "the newest \(limit) traces; there may be more: raise the limit or narrow the time")
    }
}
