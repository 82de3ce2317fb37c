import Logging
import Testing

@testable import TeleClient

@Suite struct EnvironmentTests {
    private func configuration(_ values: [String: String]) -> (TeleConfiguration, [String]) {
        var configuration = TeleConfiguration(serviceName: "code")
        let problems = configuration.applyEnvironment { values[$0] }
        return (configuration, problems)
    }

    @Test func variablesOverrideCode() {
        let (configuration, problems) = configuration([
            "OTEL_SERVICE_NAME": "env", "OTEL_RESOURCE_ATTRIBUTES": "service.name=other, team=a%20b%2Cc ,x=1=2",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://l/x",
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=s%3Dt", "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0.25", "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_BSP_MAX_QUEUE_SIZE": "10",
            "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "7", "OTEL_METRIC_EXPORT_INTERVAL": "5000", "OTEL_LOG_LEVEL": "WARN",
            "OTEL_SDK_DISABLED": "TRUE",
        ])
        #expect(problems.isEmpty)
        #expect(configuration.serviceName == "env" && !configuration.isEnabled)
        #expect(configuration.resource == ["team": "a b,c", "x": "1=2"])
        #expect(configuration.endpoint == "http://collector:4318/" && configuration.logsExport.endpoint == "http://l/x")
        #expect(configuration.headers == ["api-key": "s=t"] && configuration.timeout == .milliseconds(2_500))
        #expect(configuration.compression == .none && configuration.logLevel == .warning)
        #expect(configuration.sampler == .parentBased(root: .ratio(0.25)))
        #expect(configuration.traces.delay == .milliseconds(100) && configuration.traces.records == 10)
        #expect(configuration.logs.batchRecords == 7 && configuration.metricInterval == .seconds(5))
    }

    @Test func nonsenseIsReportedAndIgnored() {
        let (configuration, problems) = configuration([
            "OTEL_SERVICE_NAME": "  ", "OTEL_RESOURCE_ATTRIBUTES": "novalue,=x,ok=%zz", "OTEL_BSP_SCHEDULE_DELAY": "-1",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "99999999999999999999999", "OTEL_TRACES_SAMPLER": "traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "many", "OTEL_LOG_LEVEL": "loud",
        ])
        #expect(problems.count == 6)
        #expect(configuration.serviceName == "code" && configuration.resource == ["ok": "%zz"])
        #expect(configuration.sampler == .parentBased(root: .always) && configuration.timeout == .seconds(10))
    }

    @Test func endpointsAreChecked() {
        for bad in ["", "localhost:4318", "ftp://x", "http://", "http://a b"] {
            #expect(throws: TeleError.self) { try Tele(.testing { $0.endpoint = bad }) }
        }
    }
}
