import TeleAlert
import TeleModel
import Testing

@Suite struct NotificationTemplateTests {
    /// Two alerts that fire and one that is over, of the group `job="api"`, told an hour after the first began.
    static let data = data(of: notification(3))

    static func notification(_ count: Int, annotation: String = "slow <b>") -> Notification {
        let start: Int64 = 1_700_000_000_000
        let items = (0..<count).map { i in
            var labels = [("alertname", "HighLatency"), ("job", "api"), ("severity", "page"), ("pod", "p\(i)")]
            if count == 1 { labels.removeAll { $0.0 == "pod" } }
            let set = LabelSet(labels.map { (name: $0.0, value: $0.1) })
            let alert = Alert(
                labels: set, annotations: LabelSet([("summary", annotation), ("runbook", "https://run/?a=1&b=2")]),
                state: .firing, activeAt: start, startsAt: start + Int64(i) * 60_000,
                endsAt: i == 2 ? start + 600_000 : .max, value: 1, generatorURL: "http://g/\(i)")
            return Notification.Item(
                alert: alert, isFiring: i != 2, fingerprint: AlertFingerprint.of(set))
        }
        return Notification.forTests(items, groupLabels: LabelSet([("job", "api")]), time: start + 3_600_000)
    }

    static func data(of notification: Notification) -> NotificationData {
        NotificationData(notification, externalURL: "http://tele")
    }

    /// Expected texts are what Go's template engine gives over Alertmanager's data.
    @Test(arguments: [
        ("{{ .Status }} {{ .Receiver }} {{ .ExternalURL }}", "firing team/a http://tele"),
        ("{{ len .Alerts }} {{ .Alerts.Firing | len }} {{ .Alerts.Resolved | len }}", "3 2 1"),
        ("{{ range .Alerts }}{{ .Labels.pod }}{{ end }}", "p0p1p2"),
        ("{{ range $i, $a := .Alerts.Firing }}{{ if $i }}, {{ end }}{{ $a.Labels.pod }}{{ end }}", "p0, p1"),
        (
            "{{ .GroupLabels.SortedPairs.Values | join \" \" }}|{{ .CommonLabels.Names | join \",\" }}",
            "api|alertname,job,severity"
        ),
        ("{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values | join \" \" }}{{ end }}", "HighLatency page"),
        ("{{ (.CommonLabels.Remove (stringSlice \"job\" \"x\")).Values | join \"+\" }}", "HighLatency+page"),
        ("{{ if gt (len .Alerts.Firing) 0 }}yes{{ else }}no{{ end }}", "yes"),
        ("{{ if and (eq .Status \"firing\") (gt (len .CommonLabels) (len .GroupLabels)) }}more{{ end }}", "more"),
        ("{{ range $k, $v := .GroupLabels }}{{ $k }}={{ $v }}{{ end }} {{ .GroupLabels }}", "job=api job=api"),
        (
            "{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }};{{ end }}",
            "alertname=HighLatency;job=api;severity=page;"
        ),
        ("{{ (index .Alerts 0).Annotations.summary }} {{ (index .Alerts 1).GeneratorURL }}", "slow <b> http://g/1"),
        ("{{ index .CommonLabels \"job\" }}{{ index .CommonLabels \"none\" }}{{ .CommonLabels.none }}|", "api|"),
        ("{{ (index .Alerts 0).StartsAt.Format \"2006-01-02 15:04:05 MST\" }}", "2023-11-14 22:13:20 UTC"),
        ("{{ ((index .Alerts 0).StartsAt.Add 28800e9).Format \"15:04\" }}", "06:13"),
        ("{{ (index .Alerts 0).StartsAt | tz \"Europe/Berlin\" | date \"15:04 -0700\" }}", "23:13 +0100"),
        ("{{ (index .Alerts 0).StartsAt.Unix }} {{ (index .Alerts 0).EndsAt.IsZero }}", "1700000000 true"),
        ("{{ (index .Alerts 0).EndsAt }}", "0001-01-01 00:00:00 +0000 UTC"),
        ("{{ with index .Alerts 2 }}{{ .EndsAt.Sub .StartsAt }} {{ .Status }}{{ end }}", "8m0s resolved"),
        (
            "{{ since (index .Alerts 0).StartsAt | humanizeDuration }} {{ (index .Alerts 1).StartsAt | since }}",
            "1h 0m 0s 59m0s"
        ),
        ("{{ (index .Alerts 0).Fingerprint | len }}", "16"),
        ("{{ \"hELLO wORLD\" | title }} {{ trimSpace \"  x \" }} {{ .Status | toUpper }}", "Hello World x FIRING"),
        (
            "{{ reReplaceAll \"(.*)Latency\" \"$1 lag\" .CommonLabels.alertname }} {{ match \"^a\" \"abc\" }}",
            "High lag true"
        ),
        (
            "{{ define \"x\" }}<{{ .Status }}>{{ end }}{{ template \"x\" . }}{{ template \"x\" index .Alerts 2 }}",
            "<firing><resolved>"
        ),
        ("{{ range .Alerts }}{{ $.Status }}{{ break }}{{ end }} {{ $x := 1 }}{{ $x = 2 }}{{ $x }}", "firing 2"),
        (
            "{{ range .Alerts.Firing.Resolved }}x{{ else }}none{{ end }} {{ .CommonAnnotations.runbook | urlquery }}",
            "none https%3A%2F%2Frun%2F%3Fa%3D1%26b%3D2"
        ),
        (
            "{{ slice (index .Alerts 0).Annotations.summary 0 4 }}{{ printf \"%-4s|%d\" \"a\" (len .Alerts) }}",
            "slowa   |3"
        ),
        ("{{ template \"__subject\" . }}", "[FIRING:2] api (HighLatency page)"),
        (
            "{{ template \"slack.default.fallback\" . }}",
            "[FIRING:2] api (HighLatency page) | http://tele/#/alerts?receiver=team%2Fa"
        ),
        ("{{ template \"pagerduty.default.description\" . }}", "[FIRING:2] api (HighLatency page)"),
        (
            "{{ template \"__text_alert_list\" .Alerts.Resolved }}",
            "RESOLVED HighLatency since 2023-11-14T22:15:20Z\n  runbook: https://run/?a=1&b=2\n  summary: slow <b>\n"
                + "  job = api\n  pod = p2\n  severity = page\n  graph: http://g/2\n\n"
        ),
    ])
    func expands(_ source: String, _ wanted: String) throws {
        let (text, problem) = try NotificationTemplate(source).expanded(NotificationTemplateTests.data)
        #expect(text == wanted)
        #expect(problem == nil)
    }

    @Test(arguments: [
        ("{{ .Status", "unclosed action"), ("{{ .Status | bash }}", "function \"bash\" not defined"),
        ("{{ .Nothing }}", "can't evaluate field Nothing"),
        ("{{ if false }}{{ else }}{{ .Alerts.Fire }}{{ end }}", "Fire"),
        ("{{ range .Alerts.Resolved }}{{ .Label.x }}{{ end }}", "can't evaluate field Label"),
        ("{{ template \"nowhere\" . }}", "template \"nowhere\" not defined"),
        ("{{ if .Status }}{{ define \"x\" }}{{ end }}{{ end }}", "define"), ("{{ range .Alerts }}", "unexpected EOF"),
        ("{{ define \"x\" }}{{ template \"y\" . }}{{ end }}{{ template \"x\" . }}", "\"y\" not defined"),
        ("{{ .CommonLabels.alertname \"x\" }}{{ .Status.Foo }}", "Foo"),
    ])
    func refuses(_ source: String, _ message: String) {
        let error = #expect(throws: NotificationTemplateError.self) { try NotificationTemplate(source) }
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    /// What only a certain notification brings about is told in the text, and the notification goes out.
    @Test func failuresAreTexts() throws {
        let template = try NotificationTemplate("{{ (index .Alerts 7).Labels.x }}")
        let (text, problem) = template.expanded(NotificationTemplateTests.data)
        #expect(text == "<error expanding template: index out of range: 7>" && problem != nil)
    }

    @Test(arguments: [
        "{{ range .Alerts }}{{ range $.Alerts }}{{ end }}{{ end }}",
        "{{ range .Alerts }}{{ range $.Alerts }}x{{ end }}{{ end }}",
        "{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}",
        "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}",
    ])
    func loopsAndLongTextsEnd(_ source: String) throws {
        let many = NotificationTemplateTests.notification(20_000, annotation: String(repeating: "long ", count: 100))
        let clock = ContinuousClock()
        let template = try NotificationTemplate(source)
        let start = clock.now
        let (text, problem) = template.expanded(NotificationTemplateTests.data(of: many))
        #expect(problem != nil)
        #expect(text.utf8.count <= AlertingLimits.templatedBytes + 200)
        #expect(clock.now - start < .seconds(20))
    }

    @Test func htmlEscapesLabelsAndLinks() throws {
        let page = try NotificationTemplate(
            "{{ range .Alerts }}<a href=\"{{ .Annotations.summary }}\">{{ .Annotations.summary }}</a>{{ end }}{{ safeHtml \"<i>\" }}",
            isHTML: true)
        func html(_ text: String) -> String {
            page.expanded(
                NotificationTemplateTests.data(of: NotificationTemplateTests.notification(1, annotation: text))
            ).text
        }
        #expect(html("a<b>\"&") == "<a href=\"a&lt;b&gt;&#34;&amp;\">a&lt;b&gt;&#34;&amp;</a><i>")
        #expect(html("javascript:x()") == "<a href=\"#ZgotmplZ\">javascript:x()</a><i>")
        #expect(html("https://a/?b=c:d") == "<a href=\"https://a/?b=c:d\">https://a/?b=c:d</a><i>")
        let mail = try NotificationTemplate("{{ template \"email.default.html\" . }}", isHTML: true)
        let (text, problem) = mail.expanded(NotificationTemplateTests.data)
        #expect(problem == nil)
        #expect(text.contains("slow &lt;b&gt;") && !text.contains("slow <b>"))
        #expect(
            text.contains("<a href=\"https://run/?a=1&amp;b=2\">") && text.contains("<a href=\"http://g/2\">graph</a>"))
    }

    // MARK: Files

    /// As teams have it: a file of named templates, parts of ours defined anew, buttons.
    static let slack = """
        {{/* texts of team a */}}
        {{ define "team.icon" -}}
            {{- if ne .Status "firing" -}}:white_check_mark:
            {{- else if eq .CommonLabels.severity "page" -}}:fire:
            {{- else if eq .CommonLabels.severity "info" "debug" -}}:information_source:
            {{- else -}}:warning:{{- end -}}
        {{- end }}

        {{ define "team.silence" -}}
            {{ .ExternalURL }}/#/silences/new?filter=%7B
            {{- range .CommonLabels.SortedPairs -}}
                {{- if ne .Name "alertname" -}}{{- .Name }}%3D"{{- .Value -}}"%2C%20{{- end -}}
            {{- end -}}
            alertname%3D"{{ .CommonLabels.alertname }}"%7D
        {{- end }}

        {{ define "team.text" -}}
        {{ range .Alerts -}}
        *{{ .Labels.alertname }}* `{{ .Labels.severity | toUpper }}` {{ .Annotations.summary }}
        {{ if .Annotations.runbook }}<{{ .Annotations.runbook }}|Runbook>{{ end }}
        {{ range .Labels.SortedPairs }} • *{{ .Name }}:* `{{ .Value }}`
        {{ end }}
        {{- end }}
        {{- end }}

        {{ define "slack.default.title" }}{{ template "team.icon" . }} {{ template "__subject" . }}{{ end }}
        """

    static let yaml = """
        global: {slack_api_url: "http://slack/", opsgenie_api_url: "http://none/"}
        templates: ['*.tmpl']
        route: {receiver: a}
        receivers:
        - name: a
          slack_configs:
          - channel: '#a'
            send_resolved: true
            text: '{{ template "team.text" . }}'
            actions:
            - {type: button, text: Silence, url: '{{ template "team.silence" . }}'}
            - {type: button, text: Runbook, url: '{{ (index .Alerts 0).Annotations.runbook }}'}
            fields: [{title: Severity, value: '{{ .CommonLabels.severity }}', short: true}]
        """

    @Test func aTeamsConfigurationWorksUnchanged() throws {
        let configuration = try AlertingConfiguration(
            yaml: NotificationTemplateTests.yaml,
            files: { glob in
                glob == "*.tmpl" ? [TemplateFile(path: "a.tmpl", text: NotificationTemplateTests.slack)] : []
            })
        guard case .slack(let slack)? = configuration.receivers["a"]?.integrations.first?.means else {
            Issue.record("no Slack")
            return
        }
        let data = NotificationTemplateTests.data
        #expect(slack.texts["title"]?.expanded(data).text == ":fire: [FIRING:2] api (HighLatency page)")
        #expect(slack.texts["color"]?.expanded(data).text == "danger")
        #expect(
            slack.texts["text"]?.expanded(data).text.hasPrefix(
                "*HighLatency* `PAGE` slow <b>\n<https://run/?a=1&b=2|Runbook>\n • *alertname:* `HighLatency`\n • *job:* `api`\n"
            )
                == true)
        #expect(
            slack.actions.map { $0.last?.value.expanded(data).text } == [
                "http://tele/#/silences/new?filter=%7Bjob%3D\"api\"%2C%20severity%3D\"page\"%2C%20alertname%3D\"HighLatency\"%7D",
                "https://run/?a=1&b=2",
            ])
    }

    @Test func problemsSayFileAndLine() throws {
        func problem(_ file: String) -> AlertingProblem? {
            #expect(throws: AlertingProblem.self) {
                _ = try AlertingConfiguration(
                    yaml: NotificationTemplateTests.yaml, files: { _ in [TemplateFile(path: "t/a.tmpl", text: file)] })
            }
        }
        let broken = problem("{{ define \"a\" }}\n\nx{{ .Status | nope }}\n{{ end }}")
        #expect(broken?.description == "templates: t/a.tmpl:3: template: function \"nope\" not defined")
        let missing = problem("{{ define \"team.text\" }}{{ template \"gone\" . }}{{ end }}")
        #expect(missing?.key == "receivers[0].slack_configs[0].text" && missing?.line == 9)
        #expect(missing?.message == "template \"gone\" not defined")
    }

    /// A changed file is a changed configuration, though the section is the same.
    @Test func filesBelongToTheConfiguration() throws {
        func read(_ text: String) throws -> AlertingConfiguration {
            try AlertingConfiguration(
                yaml: "templates: [a]\nroute: {receiver: a}\nreceivers: [{name: a}]",
                files: { _ in [TemplateFile(path: "a", text: text)] })
        }
        #expect(try read("{{ define \"x\" }}1{{ end }}") == read("{{ define \"x\" }}1{{ end }}"))
        #expect(try read("{{ define \"x\" }}1{{ end }}") != read("{{ define \"x\" }}2{{ end }}"))
    }
}

extension Notification {
    /// What the dispatcher would give to `team/a`.
    static func forTests(_ items: [Item], groupLabels: LabelSet, time: Int64) -> Notification {
        let yaml =
            "route: {receiver: team/a, group_wait: 0s}\nreceivers: [{name: team/a, webhook_configs: [{url: 'http://x'}]}]"
        guard let configuration = try? AlertingConfiguration(yaml: yaml) else { preconditionFailure(yaml) }
        var dispatcher = Dispatcher(configuration)
        let alert = Alert(
            labels: LabelSet([("alertname", "x")]), annotations: .empty, state: .firing, activeAt: 0, startsAt: 0,
            endsAt: .max, value: 1, generatorURL: "")
        dispatcher.receive([HeldAlert(alert, origin: .posted, isEndAssumed: false, now: 0)], now: 0)
        guard var notification = dispatcher.flush(now: 0).first else { preconditionFailure("nothing is due") }
        notification.items = items
        notification.groupLabels = groupLabels
        notification.time = time
        return notification
    }
}
