import TeleModel
import TeleQuery
import Testing

struct LogsMappingTests {
    @Test(arguments: [
        ("with space", "with_space"), ("dash-key", "dash_key"), ("1digit", "key_1digit"), ("__dunder", "_dunder"),
        ("a..b", "a_b"), ("naïve.ключ", "na_ve_"), ("UPPER.Case", "UPPER_Case"), ("trailing.", "trailing_"),
    ])
    func namesAreSanitisedAsLokiDoes(_ name: String, _ expected: String) {
        #expect(LokiMapping.sanitised(name) == expected)
    }

    @Test(arguments: [
        ("level=INFO msg=a", "info"), ("lvl=dbg msg=b", "debug"), (#"{"level":"ERR","m":1}"#, "error"),
        (#"{"log":{"level":"trace"}}"#, "trace"), ("something [WARN] bracket", "warn"),
        ("no level word here", "unknown"), ("x=1 SeverityText=Error y=2", "error"), ("information overload", "info"),
    ])
    func levelsOfLines(_ line: String, _ expected: String) {
        #expect(LokiLevel.detect(metadata: [], labels: [], severity: 0, line: Array(line.utf8)) == expected)
    }

    @Test func levelsComeFromTheFirstSource() {
        let line = Array("level=error".utf8)
        #expect(LokiLevel.detect(metadata: [("level", "fatal")], labels: [], severity: 9, line: line) == "fatal")
        #expect(
            LokiLevel.detect(metadata: [("level", "odd")], labels: [("level", "Wrn")], severity: 9, line: line)
                == "warn")
        #expect(LokiLevel.detect(metadata: [("detected_level", "DBG")], labels: [], severity: 9, line: line) == "debug")
        #expect(LokiLevel.detect(metadata: [("severity_text", "F4")], labels: [], severity: 24, line: line) == "F4")
        #expect(LokiLevel.detect(metadata: [], labels: [], severity: 17, line: []) == "error")
        #expect(LokiLevel.detect(metadata: [], labels: [], severity: 99, line: line) == "unknown")
    }

    @Test func streamLabelsOfAResource() {
        let batch = LogsFixture.batch([
            LogRecord(
                time: 1, body: "x",
                resource: ["k8s.pod.name": "p", "host.name": "h", "deployment.environment": "prod", "cloud.region": ""]),
            LogRecord(time: 1, body: "x", resource: [:]),
        ])
        let labels = LokiMapping.streamLabels(batch.core, resource: 0).map { "\($0.name)=\($0.value)" }
        #expect(labels == ["deployment_environment=prod", "k8s_pod_name=p", "service_name=unknown_service"])
        #expect(
            LokiMapping.resourceMetadata(batch.core, resource: 0).map { "\($0.name)=\($0.value)" } == ["host_name=h"])
        #expect(LokiMapping.streamLabels(batch.core, resource: 1).map(\.value) == ["unknown_service"])
    }
}
