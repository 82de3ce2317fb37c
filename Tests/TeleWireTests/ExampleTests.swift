import Foundation
import TeleModel
import TeleWire
import Testing

/// The requests that the OpenTelemetry project publishes as examples. They lie beside the repository, not in it.
struct ExampleTests {
    private let options = DecodeOptions(now: 1)

    /// nil, with a line that says so, where the examples are not there.
    private func example(_ name: String) -> [UInt8]? {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().resolvingSymlinksInPath()
        let candidates = [
            repository.deletingLastPathComponent().appending(path: "shared/otlp/\(name)"),
            URL(filePath: "/work/shared/otlp/\(name)"),
        ]
        for url in candidates { if let data = try? Data(contentsOf: url) { return [UInt8](data) } }
        print("skipped: no example \(name) beside the repository (shared/otlp)")
        return nil
    }

    @Test func trace() throws {
        guard let body = example("trace.json") else { return }
        let batch = try OTLP.decodeTraces(json: body, options: options).batch
        #expect(batch.count == 1)
        #expect(batch.traceID(0).hex == "5b8efff798038103d269b633813fc60c")
        #expect(batch.core.serviceName(resource: 0) == "my.service")
        #expect(batch.core.heap.string(batch.name[0]) == "I'm a server span")
        #expect(batch.kind == [2])
        #expect(batch.duration(0) == 1_000_000_000)
        let text = String(decoding: OTLP.encodeTraces(json: batch, style: .tempo), as: UTF8.self)
        #expect(text.contains(#""traceId":"W47/95gDgQPSabYzgT/GDA==""#))
        #expect(text.contains(#""kind":"SPAN_KIND_SERVER""#))
    }

    @Test(arguments: ["logs.json", "events.json"]) func logs(name: String) throws {
        guard let body = example(name) else { return }
        let decoded = try OTLP.decodeLogs(json: body, options: options)
        #expect(decoded.rejected == 0)
        #expect(decoded.batch.count == 1)
        #expect(decoded.batch.time == [1_544_712_660_300_000_000])
        let again = try OTLP.decodeLogs(json: OTLP.encodeLogs(json: decoded.batch), options: options).batch
        #expect(OTLP.encodeLogs(protobuf: again) == OTLP.encodeLogs(protobuf: decoded.batch))
        if name == "events.json" {
            #expect(decoded.batch.core.heap.string(decoded.batch.eventName[0]) == "browser.page_view")
            let body = ValueText.text(of: decoded.batch.bodyValue(0), heap: decoded.batch.core.heap)
            #expect(body.hasPrefix(#"{"referrer":"https://wwww.google.com","title":"Free"#))
        }
    }

    @Test func metrics() throws {
        guard let body = example("metrics.json") else { return }
        let decoded = try OTLP.decodeMetrics(json: body, options: options, state: MetricsState())
        #expect(decoded.rejected == 0, "\(decoded.message)")
        let names = Set(
            decoded.batch.seriesLabels.compactMap {
                LabelSet(canonical: Array(decoded.batch.heap[$0]))["__name__"]
            })
        #expect(
            names.isSuperset(of: ["my_counter_total", "my_gauge_ratio", "my_histogram_bucket", "my_histogram_sum"]))
        #expect(decoded.batch.histogram.count == 1)
    }
}
