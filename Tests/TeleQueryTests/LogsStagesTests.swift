import TeleEngine
import TeleModel
import TeleQL
import TeleTestKit
import Testing

@testable import TeleQuery

struct LogsStagesTests {
    private static let line = #"level=info path=/api/v1/x took=1.5s size=2KB user=bob n=7"#

    private func entries(_ stages: String, line: String = LogsStagesTests.line) async throws -> [LogStreamResult] {
        let snapshot = try await LogsFixture.snapshot([
            LogRecord(time: 1_768_003_791_006_006_054, body: line, attributes: ["region": "eu"])
        ])
        return try LogSearch(
            pipeline: LogQLParser.parsePipeline(#"{service_name="api"} "# + stages), time: 0..<UInt64.max, limit: 10,
            isForward: true, categorizes: false
        ).run(snapshot, QueryBudget())
    }

    private func line(_ stages: String, line: String = LogsStagesTests.line) async throws -> String {
        let found = try await entries(stages, line: line)
        return found.first.map { String(decoding: $0.entries[0].line, as: UTF8.self) } ?? "-"
    }

    @Test(
        arguments: [
            ("{{.path}} {{.nope}}|{{.region}}", "/api/v1/x |eu"),
            ("{{ .user | upper | printf \"%-5s|\" }}", "BOB  |"),
            ("{{ if and (eq .user \"bob\") (gt (int .n) 6) }}yes{{ else }}no{{ end }}", "yes"),
            (
                "{{ range $i, $e := fromJson \"[1,{\\\"a\\\":null}]\" }}{{$i}}:{{$e}};{{ end }}",
                "0:1;1:map[a:<no value>];"
            ),
            ("{{ with .nope }}x{{ else }}{{ .user | len }}{{ end }}", "3"),
            ("{{ $x := 1 }}{{ range fromJson \"[1,2]\" }}{{ $x = add $x . }}{{ end }}{{ $x }}", "4"),
            (
                "{{ duration .took }} {{ bytes .size }} {{ div 7 2 }} {{ divf 7 2 }} {{ round 2.345 2 }}",
                "1.5 2000 3 3.5 2.35"
            ),
            ("{{ __timestamp__ | date \"Mon Jan _2 15:04:05.000 2006\" }}", "Sat Jan 10 00:09:51.006 2026"),
            ("{{ regexReplaceAll \"(.)/(v[0-9])\" .path \"$2-${1}\" }}", "/apv1-i/x"),
            ("{{ trunc -3 .path }}{{ substr 0 2 .path }}{{ replace \"/\" \".\" .path }}", "1/x/a.api.v1.x"),
            ("a {{- /* nothing */ -}} b", "ab"),
            ("{{ printf \"%05.1f %x %q %d%%\" 2.25 255 .user 7 }}", "002.2 ff \"bob\" 7%"),
            ("{{ default \"d\" .nope }}{{ title \"ab cd\" }}{{ urlencode \"a b&c\" }}", "dAb Cda+b%26c"),
        ])
    func formats(template: String, expected: String) async throws {
        #expect(try await line("| logfmt | line_format \(QuotedText.quote(template))") == expected)
    }

    /// A template that fails or wants too much marks the entry; nothing else happens.
    @Test(
        arguments: [
            "{{ div 1 0 }}", "{{ .user.name }}", "{{ repeat 1000000000 \"x\" }}", "{{ index .path 99 }}",
            "{{ lt 1 \"a\" }}",
            "{{ range fromJson __line__ }}{{ end }}{{ range 100000 }}{{ range 100000 }}x{{ end }}{{ end }}",
            "{{ alignLeft 99999999999 \"x\" }}", "{{ unixToTime \"99999999999999999999\" }}",
        ])
    func marksWhatFails(template: String) async throws {
        let found = try await entries("| line_format \(QuotedText.quote(template))")
        #expect(found.first?.labels.first { $0.name == "__error__" }?.value == "TemplateFormatErr")
    }

    @Test(
        arguments: [
            (#"| regexp "path=(?P<p>\\S+) (?P<none>zzz)?" | line_format "{{.p}}|{{.none}}""#, "/api/v1/x|"),
            (#"| pattern "level=<l> path=<p> <_>" | line_format "{{.l}} {{.p}}""#, "info /api/v1/x"),
            (
                #"| logfmt | label_format a=user, b="{{.user}}{{.a}}" | line_format "{{.a}} {{.b}} {{.user}}""#,
                "bob bob "
            ),
            (#"|> "level=<_> n=7" | line_format "fits""#, "fits"), (#"!> "level=<_> n=7" | line_format "fits""#, "-"),
            (#"| logfmt | user=ip("10.0.0.1") | line_format "x""#, "-"),
            (#"| logfmt | label_format user="" | user="" | line_format "empty""#, "empty"),
        ])
    func runsStages(stages: String, expected: String) async throws {
        #expect(try await line(stages) == expected)
    }

    @Test func unpacks() async throws {
        let packed = #"{"pod":"p-1","service_name":"x","n":5,"_entry":"the line"}"#
        let stages = #"| unpack |= "line" | line_format "{{.pod}} {{.service_name_extracted}} {{.n}} {{__line__}}""#
        #expect(try await line(stages, line: packed) == "p-1 x  the line")
        #expect(try await line(#"| unpack | line_format "{{.pod}}""#, line: #"{"pod":"p"}"#) == "")
    }

    @Test func replacesLabels() async throws {
        let snapshot = try await LogsFixture.snapshot((1...4).map { LogRecord(time: $0 * 1_000, body: "x") })
        let query =
            #"label_replace(sum by (service_name) (count_over_time({service_name="api"}[1h])), "s", "<$1>", "service_name", "a(.*)")"#
        guard case .metric(let metric) = try LogQLParser.parse(query) else { return }
        let evaluator = LogMetricEvaluator(
            steps: LogSteps(instant: 1_000_000), snapshot: snapshot, budget: QueryBudget())
        guard case .matrix(let series) = try evaluator.evaluate(metric) else { return }
        #expect(series.first?.labels.map { "\($0.name)=\($0.value)" } == ["s=<pi>", "service_name=api"])
        #expect(series.first?.values == [4])
    }

    @Test func findsFieldsVolumesAndPatterns() async throws {
        let records = (0..<40).map { i in
            LogRecord(
                time: 1_000 + UInt64(i),
                body: i % 2 == 0 ? #"{"ms":\#(i),"ok":true}"# : "user u\(i) logged in from 10.0.0.\(i)",
                attributes: ["shard": "\(i % 3)"])
        }
        let snapshot = try await LogsFixture.snapshot(records)
        let pipeline = try LogQLParser.parsePipeline(#"{service_name="api"}"#)
        let fields = try LogFields(pipeline: pipeline, time: 0..<9_999, lineLimit: 100, limit: 100)
            .run(snapshot, QueryBudget())
        let shown = fields.map { "\($0.name) \($0.type) \($0.values.count) \($0.parsers)" }
        #expect(shown.contains(#"ms int 20 ["json"]"#))
        #expect(shown.contains(#"ok boolean 1 ["json"]"#))
        #expect(shown.contains("shard int 3 []"))
        let volume = try LogVolume(
            matchers: pipeline.matchers, time: 1_000..<1_040, targets: [], byName: false, limit: 5,
            ends: [1_020, 1_040]
        ).run(snapshot, QueryBudget())
        let bytes = records.map { UInt64($0.body.utf8.count) }
        #expect(volume.map(\.bytes) == [[bytes[..<20].reduce(0, +), bytes[20...].reduce(0, +)]])
        let patterns = try LogPatterns(pipeline: pipeline, time: 0..<9_999, step: 1).run(snapshot, QueryBudget())
        #expect(patterns.contains { $0.text == "user <_> logged in from <_>" && $0.total == 20 })
    }

    /// Templates with counts make the patterns that their lines make.
    @Test func patternsOfTemplatesAreThoseOfLines() async throws {
        let line = { (i: Int) in "GET /api/orders/\(i * 37) took \(i) ms in 0a\(i + 10)bcd" }
        let records = (0..<50).map { i in
            LogRecord(time: UInt64(i) * 1_000_000_000, body: line(i), severity: i % 3 == 0 ? 17 : 0)
        }
        let snapshot = try await LogsFixture.snapshot(records)
        let streams = try LogStreams(matching: [], time: 0..<UInt64.max, snapshot: snapshot, budget: QueryBudget())
        let lines = try LogPatterns(
            pipeline: try LogQLParser.parsePipeline(#"{service_name="api"}"#), time: 0..<60_000_000_000,
            step: 10_000_000_000
        ).run(snapshot, QueryBudget())
        var scan = LogScan(time: 0..<60_000_000_000)
        scan.columns = .all
        let counting = LogCounting(scan: scan, edges: (0...6).map { $0 * 10_000_000_000 })
        var clusters = LogPatternClusters(step: 10_000_000_000)
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch in
            let text = Array("GET /api/orders/0 took 0 ms in 0".utf8)
            clusters.add(
                LogTemplates(text: text, ends: [text.count], batch, rows: Array(0..<batch.count), counting) { _ in 0 },
                counting, streams)
            return true
        }
        func shown(_ patterns: [LogPatterns.Pattern]) -> [String] {
            patterns.map { "\($0.level) \($0.text) \($0.total) \($0.samples.map { "\($0.time):\($0.count)" })" }
                .sorted()
        }
        #expect(shown(clusters.patterns) == shown(lines))
        #expect(lines.map(\.text) == ["GET <_> took <_> ms in <_>", "GET <_> took <_> ms in <_>"])
        #expect(Set(lines.map(\.level)) == ["error", "unknown"])
    }

    /// A trace id in the record's column or in an attribute: the lookup finds what a look at every line finds, once.
    @Test(arguments: [true, false])
    func findsTracesOnce(isForward: Bool) async throws {
        let id = TraceID(high: 0xabc, low: 7)
        var batch = LogsFixture.batch([
            LogRecord(time: 1, body: "column"), LogRecord(time: 2, body: "attribute", attributes: ["trace_id": id.hex]),
            LogRecord(time: 3, body: "both", attributes: ["trace_id": id.hex]), LogRecord(time: 4, body: "none"),
            LogRecord(time: 5, body: "dotted", attributes: ["trace.id": id.hex]),
            LogRecord(time: 6, body: "another", attributes: ["trace_id": "ff"]),
        ])
        for row in [0, 2] {
            batch.traceHigh[row] = id.high
            batch.traceLow[row] = id.low
        }
        let engine = MemoryEngine()
        try await engine.append(batch)
        // The second is no lookup: the two must agree.
        for query in [#"| trace_id="\#(id.hex)""#, #"| trace_id=~"\#(id.hex)""#] {
            for limit in [1, 3, 10] {
                let search = LogSearch(
                    pipeline: try LogQLParser.parsePipeline(#"{service_name="api"} "# + query), time: 0..<100,
                    limit: limit, isForward: isForward, categorizes: true)
                let found = try search.run(engine.snapshot(), QueryBudget()).flatMap { $0.entries.map(\.time) }
                let all: [UInt64] = isForward ? [1, 2, 3, 5] : [5, 3, 2, 1]
                #expect(found == Array(all.prefix(limit)))
            }
        }
    }
}
