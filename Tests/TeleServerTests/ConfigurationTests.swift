import TeleServer
import Testing

@Suite struct ConfigurationTests {
    static let whole = """
        data: /var/lib/tele
        http: [127.0.0.1:4318, 127.0.0.1:9411]
        grpc: 127.0.0.1:4317
        durability: interval
        memory: 1GiB
        retention: {logs: 30d, traces: 14d, metrics: 36500d}
        max_bytes: {logs: 50GiB, traces: 1TB}
        rules: [rules/*.yaml]
        alerting:
          route: {receiver: hook, group_wait: 1s}
          receivers: [{name: hook, webhook_configs: [{url: "http://127.0.0.1:9000/"}]}]
        alertmanagers: []
        """

    static func resolve(_ yaml: String) throws -> ResolvedConfiguration {
        var sources = ConfigurationSources()
        sources.file = ("t.yaml", yaml)
        return try sources.resolve()
    }

    @Test func theContractsKeysAreRead() throws {
        let resolved = try ConfigurationTests.resolve(ConfigurationTests.whole)
        let configuration = resolved.configuration
        #expect(configuration.data == "/var/lib/tele")
        #expect(configuration.http.map(\.description) == ["127.0.0.1:4318", "127.0.0.1:9411"])
        #expect(configuration.durability == .interval)
        #expect(configuration.memory == 1 << 30)
        #expect(configuration.retention.metrics == 36_500 * 86_400_000)
        #expect(configuration.maxBytes.traces == 1_000_000_000_000)
        #expect(configuration.maxBytes.metrics == 20 << 30)
        #expect(!resolved.warnings.contains { $0.contains("not acted on") })
    }

    @Test func aFileWithoutAnythingIsTheDefaults() throws {
        for yaml in ["", "# nothing\n", "retention:\n", "rules: []\n"] {
            #expect(try ConfigurationTests.resolve(yaml).configuration == Configuration())
        }
    }

    @Test func flagsBeatEnvironmentBeatsFileBeatsDefaults() throws {
        var sources = ConfigurationSources()
        #expect(try sources.resolve().configuration.data == "./teled-data")
        sources.file = ("t.yaml", "data: from-file\nmemory: 64MiB\n")
        #expect(try sources.resolve().configuration.data == "from-file")
        sources.environment = ["TELED_DATA": "from-environment", "TELED_HTTP": "[::1]:1, 127.0.0.1:2"]
        #expect(try sources.resolve().configuration.data == "from-environment")
        sources.flags = [("data", "--data", ["from-flag"])]
        let resolved = try sources.resolve()
        #expect(resolved.configuration.data == "from-flag")
        #expect(resolved.configuration.memory == 64 << 20)
        #expect(resolved.configuration.http.map(\.description) == ["[::1]:1", "127.0.0.1:2"])
        #expect(resolved.origins == ["data": "--data", "memory": "t.yaml:2", "http": "TELED_HTTP"])
    }

    @Test func ownMetricsAndAdmin() throws {
        let on = try ConfigurationTests.resolve("self_metrics: 15s\nweb: {enable_admin_api: true, cors_origins: []}\n")
        #expect(on.configuration.selfMetrics == 15_000 && on.configuration.web.isAdminEnabled)
        #expect(on.configuration.web.corsOrigins.isEmpty)
        #expect(try ConfigurationTests.resolve(on.yaml).configuration == on.configuration)
        let off = try ConfigurationTests.resolve("self_metrics: off\n")
        #expect(off.configuration == Configuration())
        #expect(off.configuration.yaml().contains("\nself_metrics: off\n"))
    }

    @Test(arguments: [
        ("dta: x\n", "t.yaml:1: dta: unknown key"),
        ("data: x\nretention:\n  logz: 1d\n", "t.yaml:3: retention.logz: unknown key"),
        ("logs: 1d\n", "t.yaml:1: logs: unknown key; do you mean retention.logs or max_bytes.logs?"),
        ("memory: lots\n", "t.yaml:1: memory: \"lots\" is no size; write for example 512MiB, 50GiB or 1000000"),
        ("self_metrics: 500ms\n", "t.yaml:1: self_metrics: 500ms is shorter than 1s; off is never"),
        ("web: {enable_admin_api: perhaps}\n", "t.yaml:1: web.enable_admin_api: \"perhaps\" is neither true nor false"),
        ("memory: 1MiB\n", "t.yaml:1: memory: 1MiB is less than 32MiB"),
        ("durability: maybe\n", "t.yaml:1: durability: \"maybe\" is none of fsync, interval"),
        ("http: here\n", "t.yaml:1: http: \"here\" is no address; write HOST:PORT, for example 127.0.0.1:4318"),
        ("data: [a, b]\n", "t.yaml:1: data: takes one value, not a list"),
        ("retention: 3d\n", "t.yaml:1: retention: should be a mapping of keys to values"),
        ("- a\n", "t.yaml:1: should be a mapping of keys to values"),
        (
            "retention: {logs: 1 day}\n",
            "t.yaml:1: retention.logs: \"1 day\" is no duration; write for example 30d, 1h30m or 500ms"
        ),
    ])
    func mistakesAreNamedWithTheirPlace(yaml: String, message: String) {
        #expect {
            try ConfigurationTests.resolve(yaml)
        } throws: { error in
            "\(error)" == message
        }
    }

    @Test(arguments: ["a: [", "data: x\ndata: y\n", "\t- x: :\n"])
    func whatIsNoYAMLSaysWhere(yaml: String) {
        #expect {
            try ConfigurationTests.resolve(yaml)
        } throws: { error in
            "\(error)".hasPrefix("t.yaml")
        }
    }

    /// What `config check` prints is a configuration, and the same one.
    @Test func whatIsPrintedReadsBack() throws {
        let first = try ConfigurationTests.resolve(ConfigurationTests.whole)
        var second = try ConfigurationTests.resolve(first.yaml).configuration
        second.alerting = first.configuration.alerting
        #expect(second == first.configuration)
        #expect(first.yaml.contains("# t.yaml:2"))
        #expect(first.yaml.contains("# default"))
    }

    @Test(arguments: [("0", 0), ("1024", 1024), ("1KiB", 1024), ("1.5MiB", 1_572_864), ("2GB", 2_000_000_000)])
    func sizes(text: String, bytes: Int) throws { #expect(try ByteSize.parse(text) == bytes) }

    @Test(arguments: ["", "-1", "MiB", "1e400", "99999999999TiB", "nan", "0x10", "1 MiB"])
    func notSizes(text: String) { #expect(throws: ConfigurationProblem.self) { try ByteSize.parse(text) } }

    @Test(arguments: [("1h30m", 5_400_000), ("500ms", 500), ("36500d", 3_153_600_000_000), ("1y2w", 32_745_600_000)])
    func durations(text: String, milliseconds: Int64) throws {
        #expect(try DurationText.parse(text) == milliseconds)
    }

    @Test(arguments: ["", "d", "1", "1x", "-1d", "99999999999999999999d", "9223372036854775807y", "1 d"])
    func notDurations(text: String) { #expect(throws: ConfigurationProblem.self) { try DurationText.parse(text) } }

    @Test func addresses() throws {
        #expect(try ListenAddress(":80").host == "0.0.0.0")
        #expect(try ListenAddress("[::1]:80") == ListenAddress(host: "::1", port: 80))
        for wrong in ["::1:80", "a:b", "a:70000", "a", "", "http://a:80", "a:-1"] {
            #expect(throws: ConfigurationProblem.self) { try ListenAddress(wrong) }
        }
    }
}
