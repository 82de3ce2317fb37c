import Testing

@testable import telectl

struct ArgumentTests {
    @Test(
        arguments: [
            ("0", 0), ("1544712660.3", 1_544_712_660_299_999_952), ("1970-01-01T00:00:01Z", 1_000_000_000),
            ("2018-12-13T14:51:00Z", 1_544_712_660_000_000_000), ("2018-12-13T14:51:00.5Z", 1_544_712_660_500_000_000),
        ] as [(String, UInt64)])
    func points(text: String, nanoseconds: UInt64) throws {
        let time = try #require(TimeArgument(argument: text))
        // A fraction of a second goes through a double.
        #expect(time.nanoseconds.distance(to: nanoseconds).magnitude < 1_000)
    }

    @Test func relativePoints() throws {
        let now = TimeArgument.now
        let time = try #require(TimeArgument(argument: "-1h"))
        #expect(now - 3_600_000_000_000 <= time.nanoseconds && time.nanoseconds <= TimeArgument.now - 3_600_000_000_000)
        #expect(TimeArgument(argument: "-9999w")?.nanoseconds == 0)
    }

    @Test(arguments: ["", "x", "-", "1e400", "-1x", "2018-13-01T00:00:00Z", "99999999999999999999", "nan"])
    func nonsense(text: String) { #expect(TimeArgument(argument: text) == nil) }

    @Test(
        arguments: [
            ("90", 90_000_000_000), ("250ms", 250_000_000), ("1h30m", 5_400_000_000_000), ("1.5s", 1_500_000_000),
            ("7d", 604_800_000_000_000),
        ] as [(String, UInt64)])
    func lengths(text: String, nanoseconds: UInt64) {
        #expect(SpanArgument(argument: text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "h", "1x", "-1h", "1h-", "1e999s", "99999999999y", "inf", "nan"])
    func noLengths(text: String) { #expect(SpanArgument(argument: text) == nil) }

    @Test func addresses() {
        #expect(ServerClient(address: "http://a:1/")?.address == "http://a:1")
        for bad in ["", "a:1", "ftp://a", "http://"] { #expect(ServerClient(address: bad) == nil, "\(bad)") }
        #expect(ServerClient.escaped("{a=\"ü\"}") == "%7Ba%3D%22%C3%BC%22%7D")
    }
}
