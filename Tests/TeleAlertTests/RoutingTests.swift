import TeleAlert
import TeleModel
import Testing

@Suite struct RoutingTests {
    static let yaml = """
        route:
          receiver: default
          group_by: [alertname]
          group_wait: 10s
          routes:
          - matchers: ['team=a']
            receiver: a
            group_by: ['...']
            routes:
            - matchers: [severity="page"]
              receiver: a-page
              continue: true
            - match: {severity: page}
              receiver: a-log
              group_by: []
          - match_re: {team: b|c}
            receiver: bc
            continue: true
            group_wait: 0s
            repeat_interval: 1h
          - matchers: ['{team=~"b.*", env!="dev"}']
            receiver: b-prod
          - matchers: ['"größe x"="1"']
            receiver: utf8
        receivers: [{name: default}, {name: a}, {name: a-page}, {name: a-log}, {name: bc}, {name: b-prod}, {name: utf8}]
        """

    static let table: [(labels: [(String, String)], receivers: [String])] = [
        ([("team", "x")], ["default"]), ([("team", "a")], ["a"]),
        ([("team", "a"), ("severity", "page")], ["a-page", "a-log"]),
        ([("team", "a"), ("severity", "warn")], ["a"]), ([("team", "c")], ["bc"]),
        ([("team", "b")], ["bc", "b-prod"]), ([("team", "b"), ("env", "dev")], ["bc"]),
        ([("team", "bb")], ["b-prod"]), ([("größe x", "1")], ["utf8"]), ([], ["default"]),
        ([("team", "xb")], ["default"]),
    ]

    @Test(arguments: table) func routes(_ labels: [(String, String)], _ receivers: [String]) throws {
        let tree = try AlertingConfiguration(yaml: RoutingTests.yaml).tree
        let set = LabelSet(labels.map { (name: $0.0, value: $0.1) })
        #expect(tree.match(set).map { tree.routes[$0].receiver } == receivers)
    }

    @Test func inheritsAndKeys() throws {
        let tree = try AlertingConfiguration(yaml: RoutingTests.yaml).tree
        let keys = tree.routes.map(\.key)
        #expect(
            keys == [
                "{}", #"{}/{team="a"}"#, #"{}/{team="a"}/{severity="page"}"#, #"{}/{team="a"}/{severity="page"}"#,
                #"{}/{team=~"b|c"}"#, #"{}/{env!="dev",team=~"b.*"}"#, #"{}/{"größe x"="1"}"#,
            ])
        #expect(Set(tree.routes.map(\.identity)).count == tree.routes.count)
        #expect(tree.routes[1].groupsByAll && tree.routes[2].groupsByAll)
        #expect(!tree.routes[3].groupsByAll && tree.routes[3].groupBy.isEmpty)
        #expect(tree.routes[4].groupBy == ["alertname"])
        #expect(tree.routes.map(\.groupWait) == [10_000, 10_000, 10_000, 10_000, 0, 10_000, 10_000])
        #expect(tree.routes[4].repeatInterval == 3_600_000 && tree.routes[5].repeatInterval == 4 * 3_600_000)
    }

    /// What Alertmanager's own tests and `amtool` take, with what it becomes.
    @Test(arguments: [
        (#"foo=bar"#, #"{foo="bar"}"#), (#"{foo="bar", dings != "bums", }"#, #"{foo="bar",dings!="bums"}"#),
        (#"statuscode=~"5..""#, #"{statuscode=~"5.."}"#),
        (#"{quote="She said: \"Hi, ladies!\""}"#, #"{quote="She said: \"Hi, ladies!\""}"#),
        (#"foo = bar baz"#, #"{foo="bar baz"}"#), (#"a=~x|y"#, #"{a=~"x|y"}"#), (#"foo="""#, #"{foo=""}"#),
        (#"foo="#, #"{foo=""}"#),
        (#""foo bar"=baz"#, #"{"foo bar"="baz"}"#), (#"größe="ü""#, #"{größe="ü"}"#), (#"a!~"x\\d""#, #"{a!~"x\\d"}"#),
    ])
    func readsMatchers(_ text: String, _ wanted: String) throws {
        let matchers = try MatcherText.parse(text)
        #expect(MatcherText.text(matchers) == wanted)
        // What is printed means the same again.
        #expect(MatcherText.text(try MatcherText.parse(wanted)) == wanted)
    }

    @Test(arguments: [
        "", "{}", "foo", "=bar", #"foo="bar"#, #"foo=~"("#, "1a==", #"foo="b"ar""#, "a=b,,c=d,=", #"{"a"="b""#,
    ])
    func refusesMatchers(_ text: String) {
        #expect(throws: MatcherProblem.self) { try MatcherText.parse(text) }
    }

    @Test(arguments: [
        ("route: {receiver: x}", "undefined receiver"), ("receivers: [{name: a}]", "no route"),
        ("route: {receiver: a, matchers: [a=b]}\nreceivers: [{name: a}]", "root route must not have any matchers"),
        ("route: {group_wait: 1s}\nreceivers: [{name: a}]", "must specify a default receiver"),
        ("route: {receiver: a}\nreceivers: [{name: a}, {name: a}]", "not unique"),
        ("route: {receiver: a, groupwait: 1s}\nreceivers: [{name: a}]", "unknown key"),
        ("route: {receiver: a, group_interval: 0s}\nreceivers: [{name: a}]", "cannot be zero"),
        ("route: {receiver: a, group_by: ['...', b]}\nreceivers: [{name: a}]", "at the same time"),
        ("route: {receiver: a}\nreceivers: [{name: a, opsgenie_configs: [{}]}]", "there are webhook_configs"),
        ("route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: 'ftp://x'}]}]", "no http or https"),
        ("route: {receiver: a}\nreceivers: [{name: a, command_configs: [{path: rm}]}]", "absolute path"),
        (
            "route: {receiver: a, routes: [{active_time_intervals: [t]}]}\nreceivers: [{name: a}]",
            "undefined time interval"
        ),
        ("route: {receiver: a, routes: [{matchers: ['a=~(']}]}\nreceivers: [{name: a}]", "error parsing regexp"),
        ("route: {receiver: a, group_wait: soon}\nreceivers: [{name: a}]", "is no duration"),
        (
            "time_intervals: [{name: t, time_intervals: [{times: [{start_time: '10:00', end_time: '09:00'}]}]}]",
            "no route"
        ),
    ])
    func refusesConfigurations(_ yaml: String, _ message: String) {
        let problem = #expect(throws: AlertingProblem.self) { _ = try AlertingConfiguration(yaml: yaml) }
        #expect(problem?.description.contains(message) == true, "\(String(describing: problem))")
    }

    @Test func saysWhereItIsWrong() {
        let yaml =
            "route:\n  receiver: a\n  routes:\n  - receiver: a\n    matchers:\n    - a=b\n    - a=~(\nreceivers: [{name: a}]"
        let problem = #expect(throws: AlertingProblem.self) { _ = try AlertingConfiguration(yaml: yaml) }
        #expect(problem?.key == "route.routes[0].matchers[1]")
        #expect(problem?.line == 7)
    }

    @Test func showsNoSecrets() throws {
        let yaml = """
            global: {slack_api_url: "http://hooks/secret", smtp_auth_password: geheim}
            route: {receiver: a}
            receivers:
            - name: a
              webhook_configs: [{url: "http://x/secret", http_config: {basic_auth: {username: u, password: geheim}}}]
              slack_configs: [{channel: c}]
              pagerduty_configs: [{routing_key: geheim}]
            """
        let shown = try AlertingConfiguration(yaml: yaml).shown
        #expect(!shown.contains("geheim") && !shown.contains("/secret"))
        #expect(shown.contains("username: u"))
    }

    /// Values that Alertmanager 0.25 shows for these labels (`amtool alert query -o json`).
    @Test func fingerprintIsAlertmanagers() {
        #expect(AlertFingerprint.text(AlertFingerprint.of(.empty)) == "cbf29ce484222325")
        let labels = LabelSet([("alertname", "Down"), ("job", "a")])
        // FNV-1a of "alertname\xffDown\xffjob\xffa\xff".
        #expect(
            AlertFingerprint.text(AlertFingerprint.of(labels))
                == RoutingTests.fnv("alertname\u{1}Down\u{1}job\u{1}a\u{1}"))
    }

    private static func fnv(_ text: String) -> String {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in text.utf8 { hash = (hash ^ (byte == 1 ? 255 : UInt64(byte))) &* 1_099_511_628_211 }
        return AlertFingerprint.text(hash)
    }
}
