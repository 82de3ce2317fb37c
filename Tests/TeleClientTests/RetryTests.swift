import Testing

@testable import TeleClient

@Suite struct RetryTests {
    @Test func delaysDoubleUpToTheLongestAndEnd() {
        var policy = TeleConfiguration.Retry()
        policy.first = .seconds(1)
        policy.longest = .seconds(4)
        policy.giveUpAfter = .seconds(12)
        var state = RetryState(policy)
        #expect(state.delay(retryAfter: nil, random: 1) == .seconds(1))
        #expect(state.delay(retryAfter: nil, random: 0) == .seconds(1))
        #expect(state.delay(retryAfter: nil, random: 1) == .seconds(4))
        #expect(state.delay(retryAfter: .seconds(5), random: 1) == .seconds(5))
        #expect(state.delay(retryAfter: nil, random: 1) == nil)
    }

    @Test func retryAfterHasTwoForms() {
        let now: UInt64 = 784_111_770 * 1_000_000_000
        #expect(RetryAfter.parse("7", now: now) == .seconds(7))
        #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(7))
        #expect(RetryAfter.parse("Sun, 06 Nov 1993 08:49:37 GMT", now: now) == .zero)
        #expect(RetryAfter.parse("99999999999999999999", now: now) == nil)
        #expect(RetryAfter.parse("9223372036854775807", now: now) == .seconds(86_400))
        #expect(RetryAfter.parse("-1", now: now) == nil)
        #expect(RetryAfter.parse("soon", now: now) == nil)
    }

    @Test func timesAreCivil() {
        #expect(UnixTime.rfc3339(0) == "1970-01-01T00:00:00.000Z")
        #expect(UnixTime.rfc3339(1_709_210_096_789_000_000) == "2024-02-29T12:34:56.789Z")
        #expect(UnixTime.rfc3339(.max).hasPrefix("2554-07-21T23:34:33"))
    }
}
