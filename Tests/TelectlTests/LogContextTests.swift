import Foundation
import Testing

@testable import telectl

struct LogContextTests {
    private func entry(_ time: UInt64) -> LogEntry {
        LogEntry(time: time, line: "line \(time)", labels: ["app": "a"], metadata: [:])
    }

    @Test func groupsThatMeetBecomeOne() {
        var groups: [LogContext.Group] = []
        for hit in [10, 12, 30] as [UInt64] {
            let around = LogContext.Group(entries: (hit - 2...hit + 2).map(entry), hits: [entry(hit)])
            LogContext.add(around, entry(hit), to: &groups)
        }
        #expect(groups.map { $0.entries.map(\.time) } == [[8, 9, 10, 11, 12, 13, 14], [28, 29, 30, 31, 32]])
        #expect(groups.map(\.hits.count) == [2, 1])
    }

    @Test func aHitIsThereEvenWhereItsStreamIsNot() {
        var groups: [LogContext.Group] = []
        LogContext.add(LogContext.Group(entries: [], hits: [entry(5)]), entry(5), to: &groups)
        #expect(groups.map { $0.entries.map(\.time) } == [[5]])
    }

    @Test func selectorsAreQuoted() {
        #expect(LogContext.selector(["b": "x\"y\\", "a": "1"]) == #"{a="1",b="x\"y\\"}"#)
    }

    @Test func messagesOfTail() throws {
        let text = """
            {"streams":[{"stream":{"app":"a"},"values":[["7","hello",{"parsed":{"k":"v"}}]]}],
             "dropped_entries":[{"timestamp":"5","labels":{"app":"a"}}],"encodingFlags":["categorize-labels"]}
            """
        let message = try JSONDecoder().decode(TailMessage.self, from: Data(text.utf8))
        #expect(message.entries.map(\.line) == ["hello"] && message.entries[0].metadata == ["k": "v"])
        #expect(message.dropped == 1)
        #expect(try JSONDecoder().decode(TailMessage.self, from: Data("{}".utf8)).entries.isEmpty)
    }
}
