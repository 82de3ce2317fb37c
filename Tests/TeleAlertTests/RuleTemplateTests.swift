import TeleAlert
import TeleEngine
import TeleModel
import TeleTestKit
import Testing

@Suite struct RuleTemplateTests {
    /// Expected texts are those of Prometheus' template/template_test.go and documentation.
    @Test(arguments: [
        ("plain", "plain"),
        ("{{ $labels.job }} {{ .Labels.job }} {{ $labels.none }}|", "api api |"),
        ("{{ $value }} {{ .Value }} {{ printf \"%.2f\" $value }}", "12.5 12.5 12.50"),
        ("{{ $externalLabels.region }} {{ externalURL }} {{ pathPrefix }}", "eu http://host/tele /tele"),
        ("{{ if gt $value 10.0 }}high{{ else }}low{{ end }}", "high"),
        ("{{ with query \"a\" }}{{ . | first | value | humanize }}{{ end }}", "1.2k"),
        ("{{ with query \"none\" }}x{{ else }}nothing{{ end }}", "nothing"),
        ("{{ range query \"a\" | sortByLabel \"i\" }}{{ .Labels.i }}={{ .Value }};{{ end }}", "1=1200;2=3;"),
        ("{{ range $i, $s := query \"a\" | sortByLabel \"i\" }}{{ $i }}{{ $s | label \"i\" }} {{ end }}", "01 12 "),
        ("{{ query \"a{i='2'}\" | first | value }}", "3"),
        (
            "{{ query \"none\" | first | value }}",
            "<error expanding template: first() called on vector with no elements>"
        ),
        ("{{ humanize 1234567.0 }} {{ humanize 0.0125 }} {{ humanize 0.0 }} {{ humanize -5 }}", "1.235M 12.5m 0 -5"),
        ("{{ humanize1024 1048576.0 }} {{ humanize1024 1 }}", "1Mi 1"),
        ("{{ humanizeDuration 0 }} {{ humanizeDuration 1.5 }} {{ humanizeDuration 60 }}", "0s 1.5s 1m 0s"),
        (
            "{{ humanizeDuration 86400 }} {{ humanizeDuration -3600 }} {{ humanizeDuration .001 }}",
            "1d 0h 0m 0s -1h 0m 0s 1ms"
        ),
        ("{{ humanizePercentage 0.12345 }} {{ humanizePercentage 1 }}", "12.35% 100%"),
        ("{{ humanizeTimestamp 1435065584.128 }}", "2015-06-23 13:19:44.128 +0000 UTC"),
        ("{{ toUpper \"aa\" }}{{ toLower \"BB\" }} {{ title \"aa bb\" }}", "AAbb Aa Bb"),
        ("{{ match \"a+\" \"aa\" }} {{ match \"a+\" \"b\" }}", "true false"),
        ("{{ reReplaceAll \"(a)b\" \"x$1\" \"ab\" }}", "xa"),
        ("{{ stripPort \"host:80\" }} {{ stripPort \"[::1]:80\" }} {{ stripPort \"host\" }}", "host ::1 host"),
        ("{{ stripDomain \"a.example.com:80\" }} {{ stripDomain \"10.0.0.1\" }}", "a:80 10.0.0.1"),
        ("{{ parseDuration \"1h2m10ms\" }}", "3720.01"),
        (
            "{{ tableLink \"up == 0\" }} {{ graphLink \"up\" }}",
            "/graph?g0.expr=up+%3D%3D+0&g0.tab=1 /graph?g0.expr=up&g0.tab=0"
        ),
        ("{{ define \"x\" }}<{{ .arg0 }}{{ .arg1 }}>{{ end }}{{ template \"x\" (args 1 \"b\") }}", "<1b>"),
        ("{{ $x := 3 }}{{ $x }}{{- /* no */ -}} {{ len $labels }}", "33"),
        ("{{ range loop }}", ""),
    ])
    func expands(text: String, wanted: String) async throws {
        let bench = RuleBench()
        bench.write("a", [("i", "1")], at: 0, 1200)
        bench.write("a", [("i", "2")], at: 0, 3)
        bench.write("b", [("job", "api"), ("i", "7")], at: 0, 12.5)
        let file = RuleFile(
            yaml:
                "groups: [{name: g, rules: [{alert: A, expr: b, annotations: {t: '\(text.replacing("'", with: "''"))'}}]}]",
            name: "t.yaml")
        if wanted.isEmpty {
            #expect(
                file.errors.first?.message.contains("annotation t: template: function \"loop\" not defined") == true)
            return
        }
        try #require(file.problems.isEmpty, "\(file.problems)")
        var options = RuleOptions()
        options.externalLabels = LabelSet([("region", "eu")])
        options.externalURL = "http://host/tele"
        let group = RunningGroup(file.groups[0], options: options)
        await group.evaluate(at: 0, bench.context)
        #expect(group.status.rules[0].lastError == "")
        #expect(group.status.rules[0].tracker.current.first?.annotations["t"] == wanted)
    }

    @Test(arguments: [
        "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}",
        "{{ range 90000 }}{{ range 90000 }}x{{ end }}{{ end }}",
        "{{ printf \"%1000000d\" 1 }}",
    ])
    func loopsAndLongTextsEnd(text: String) async throws {
        let bench = RuleBench()
        bench.write("b", [], at: 0, 1)
        let group = try bench.group("- {alert: A, expr: b, annotations: {t: '\(text)'}, labels: {l: '\(text)'}}")
        await group.evaluate(at: 0, bench.context)
        let alert = try #require(group.status.rules[0].tracker.current.first)
        #expect(alert.annotations["t"]?.hasPrefix("<error expanding template: ") == true)
        #expect(alert.labels["l"]?.hasPrefix("<error expanding template: ") == true)
    }
}
