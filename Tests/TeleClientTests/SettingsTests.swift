import Logging
import Testing
import Tracing

@testable import TeleClient

@Suite struct SettingsTests {
    private func configuration(_ values: [String: String]) -> (TeleConfiguration, [String]) {
        var configuration = TeleConfiguration(serviceName: "code")
        let problems = configuration.applyEnvironment { values[$0] }
        return (configuration, problems)
    }

    @Test func signalsHaveTheirOwnVariables() {
        let (configuration, problems) = configuration([
            "OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=2", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "b=3",
            "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT": "700", "OTEL_BSP_EXPORT_TIMEOUT": "800",
            "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION": "none", "OTEL_TRACES_EXPORTER": "otlp, console",
            "OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_CERTIFICATE": "/ca.pem", "OTEL_EXPORTER_OTLP_CLIENT_KEY": "/k.pem",
        ])
        #expect(problems.isEmpty)
        #expect(configuration.headers == ["a": "1", "b": "2"] && configuration.tracesExport.headers == ["b": "3"])
        #expect(configuration.metricsExport.timeout == .milliseconds(700) && !configuration.metricsExport.isEnabled)
        #expect(configuration.tracesExport.timeout == .milliseconds(800) && configuration.tracesExport.isOnConsole)
        #expect(configuration.logsExport.compression == TeleConfiguration.Compression.none)
        #expect(configuration.logsExport.isEnabled && configuration.wireProtocol == .httpProtobuf)
        #expect(configuration.tls.certificateAuthority == "/ca.pem" && configuration.tls.clientKey == "/k.pem")
    }

    /// Without the package's trait it is said how to have it, and HTTP stays.
    @Test func theProtocolIsWhatWasBuilt() throws {
        let (configuration, problems) = configuration(["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"])
        #if GRPC
        #expect(problems.isEmpty && configuration.wireProtocol == .grpc)
        #else
        #expect(configuration.wireProtocol == .httpProtobuf && problems.first?.contains("traits: [\"GRPC\"]") == true)
        #expect(throws: TeleError.noGRPC) { try Tele(.testing { $0.wireProtocol = .grpc }) }
        #endif
    }

    @Test func limitsPropagatorsAndMetrics() {
        let (configuration, problems) = configuration([
            "OTEL_PROPAGATORS": "tracecontext, b3,baggage,b3", "OTEL_ATTRIBUTE_COUNT_LIMIT": "7",
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "9", "OTEL_SPAN_EVENT_COUNT_LIMIT": "0",
            "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT": "20", "OTEL_TRACES_SAMPLER": "parentbased_ratelimited",
            "OTEL_TRACES_SAMPLER_ARG": "5", "OTEL_METRICS_EXEMPLAR_FILTER": "always_off",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram",
        ])
        #expect(problems.isEmpty)
        #expect(configuration.propagators == [.traceContext, .b3, .baggage])
        #expect(configuration.spanLimits.attributes == 9 && configuration.spanLimits.attributesPerLink == 7)
        #expect(configuration.spanLimits.events == 0 && configuration.logLimits.valueBytes == 20)
        #expect(configuration.logLimits.attributes == 7)
        #expect(configuration.sampler == .parentBased(root: .rateLimited(perSecond: 5)))
        #expect(configuration.exemplars == .off && configuration.temporality == .delta)
        #expect(configuration.timerHistogram == .exponential())
    }

    @Test func whatHasNoEffectIsSaid() {
        let (configuration, problems) = configuration([
            "OTEL_PROPAGATORS": "none", "OTEL_CONFIG_FILE": "/x.yaml", "OTEL_TRACES_EXPORTER": "zipkin",
            "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
            "OTEL_METRICS_EXEMPLAR_FILTER": "always_on",
        ])
        #expect(problems.count == 5, "\(problems)")
        #expect(configuration.propagators.isEmpty && configuration.tracesExport.isEnabled)
    }

    @Test func aSwitchedOffSignalIsNotSent() async {
        let (tele, transport) = recordingTele {
            $0.tracesExport.isEnabled = false
            $0.logsExport.isEnabled = false
            $0.metricsExport.isEnabled = false
        }
        let span = tele.tracer.startSpan("s", context: .topLevel)
        #expect(span.isRecording)
        span.end()
        tele.logger(label: "l").error("e")
        #expect(await tele.shutdown(deadline: .seconds(60)))
        #expect(Signal.allCases.allSatisfy { transport.body($0) == nil })
    }

    @Test func certificatesThatAreNotThereAreSaid() {
        #expect(throws: TeleError.self) { try Tele(.testing { $0.tls.certificateAuthority = "/nowhere.pem" }) }
    }

    @Test func aRateIsKeptToTheSecond() {
        let time = ManualClock()
        let gate = SamplingGate(.rateLimited(perSecond: 3), clock: time.clock)
        func taken(_ tries: Int) -> Int {
            (0..<tries).filter { _ in gate.samples(traceIDLow: 0, parentSampled: nil) }.count
        }
        #expect(taken(10) == 3)
        time.advance(by: .milliseconds(400))
        #expect(taken(10) == 1)
        time.advance(by: .seconds(60))
        #expect(taken(10) == 3)
        let none = SamplingGate(.rateLimited(perSecond: .nan), clock: time.clock)
        #expect(!none.samples(traceIDLow: 0, parentSampled: nil))
    }

    @Test func sharesAreKept() {
        var generator = IDGenerator()
        for share in [0.0, 0.1, 0.5, 1.0] {
            let gate = SamplingGate(.ratio(share), clock: .continuous)
            let count = (0..<20_000).filter { _ in gate.samples(traceIDLow: generator.next(), parentSampled: nil) }
                .count
            #expect(abs(Double(count) / 20_000 - share) < 0.02, "share \(share)")
        }
        let nested = SamplingGate(.parentBased(root: .never), clock: .continuous)
        #expect(nested.samples(traceIDLow: 0, parentSampled: true))
        #expect(!nested.samples(traceIDLow: .max, parentSampled: nil))
    }

    @Test func spanLimitsAreTheConfigured() async throws {
        let (tele, transport) = recordingTele {
            $0.spanLimits.attributes = 2
            $0.spanLimits.events = 1
            $0.spanLimits.links = 0
            $0.spanLimits.attributesPerEvent = 0
            $0.spanLimits.valueBytes = 4
        }
        let span = tele.tracer.startSpan("s", context: .topLevel)
        for i in 0..<5 { span.attributes["k\(i)"] = "abcdefgh" }
        span.addEvent(SpanEvent(name: "a", attributes: ["x": 1]))
        span.addEvent(SpanEvent(name: "b"))
        span.addLink(SpanLink(context: span.context, attributes: [:]))
        span.end()
        await tele.shutdown(deadline: .seconds(60))
        let record = try #require(transport.records(.traces).first?.record)
        #expect(record.attributes(9).count == 2 && record.number(10) == 3)
        #expect(record.attributes(9).values.allSatisfy { $0 == "abcd" })
        #expect(record.messages(11).count == 1 && record.number(12) == 1 && record.number(14) == 1)
        #expect(record.message(11)?.number(4) == 1)
    }
}
