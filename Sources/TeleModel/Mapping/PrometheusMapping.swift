/// OTLP metrics in Prometheus' terms: the one place that says what a metric, a label and a target are called.
///
/// This is what Prometheus 3 does with OTLP by default (`translation_strategy: UnderscoreEscapingWithSuffixes`):
///
/// | OTLP | Prometheus |
/// |---|---|
/// | metric name | runs of what is no letter, digit or `:` become `_` (none at the ends); a leading digit gets `_` |
/// | unit `s`, `By`, `ms`, ... | suffix `_seconds`, `_bytes`, ... unless the name has it as a word; an unknown unit as it is |
/// | unit `By/s` | `_bytes_per_second`; what stands in `{}` is dropped |
/// | unit `1` of a gauge | suffix `_ratio` |
/// | monotonic sum | counter, suffix `_total` |
/// | sum that is not monotonic | gauge |
/// | histogram | `_bucket{le}`, `_sum` (where it was sent), `_count` |
/// | exponential histogram | native histogram; schemas above 8 are scaled down to 8, below -4 are refused |
/// | summary | `{quantile}`, `_sum`, `_count` |
/// | delta temporality | summed up to cumulative by `DeltaAccumulator` |
/// | flag `NO_RECORDED_VALUE` | staleness marker |
/// | `service.namespace`/`service.name` | label `job` (`namespace/name`, or the name alone) |
/// | `service.instance.id` | label `instance` |
/// | the other resource attributes | labels of `target_info` (value 1, at the newest time of the resource's points in the request), where there is a job or an instance |
/// | scope name, version, schema URL, attributes | dropped, as in Prometheus; with `promote_scope_metadata` labels `otel_scope_name`, `otel_scope_version`, `otel_scope_schema_url`, `otel_scope_<attribute>` |
/// | attribute key | label name: runs of other characters become `_`; a leading digit gets `key_`, a leading single `_` gets `key` |
/// | attributes whose label names coincide | values joined with `;`, in the order of their keys |
/// | attribute value | ``ValueText``; a label with an empty value is none |
///
/// Sources: prometheus/otlptranslator (metric_namer, label_namer), prometheus/storage/remote/otlptranslator, and the
/// compatibility chapter of the OpenTelemetry specification.
package enum PrometheusMapping {
    /// What a metric is called by, beside its name and unit.
    package enum Kind: UInt8, Sendable {
        case gauge, counter, upDownCounter, histogram, exponentialHistogram, summary

        package var type: MetricType {
            switch self {
            case .gauge, .upDownCounter: .gauge
            case .counter: .counter
            case .histogram, .exponentialHistogram: .histogram
            case .summary: .summary
            }
        }
    }

    /// The metric family's name; "" where nothing of the name is usable.
    package static func metricName(_ name: String, unit: String, kind: Kind) -> String {
        var words = words(of: name)
        let (main, per) = unitSuffixes(unit)
        if !main.isEmpty, !words.contains(main) { words.append(main) }
        if !per.isEmpty, !words.contains("per_" + per) { words.append("per_" + per) }
        if kind == .counter {
            words.removeAll { $0 == "total" }
            words.append("total")
        }
        if kind == .gauge, unit == "1" {
            words.removeAll { $0 == "ratio" }
            words.append("ratio")
        }
        let joined = words.joined(separator: "_")
        guard let first = joined.utf8.first, joined.utf8.contains(where: { $0 != 0x5f }) else { return "" }
        return isDigit(first) ? "_" + joined : joined
    }

    /// The label's name for an attribute's key; "" where nothing of the key is usable.
    package static func labelName(_ key: String) -> String {
        if key.isEmpty { return "" }
        let isReserved = key.utf8.count > 4 && key.hasPrefix("__") && key.hasSuffix("__")
        let inner = isReserved ? Substring(key).dropFirst(2).dropLast(2) : Substring(key)
        var out = ""
        var isAfterUnderscore = false
        for scalar in inner.unicodeScalars {
            if isLetterOrDigit(scalar) {
                out.unicodeScalars.append(scalar)
                isAfterUnderscore = false
            } else if !isAfterUnderscore {
                out.append("_")
                isAfterUnderscore = true
            }
        }
        if out.utf8.allSatisfy({ $0 == 0x5f }), out != key { return "" }
        if isReserved { return "__\(out)__" }
        if let first = out.utf8.first, isDigit(first) { return "key_" + out }
        return out.hasPrefix("_") ? "key" + out : out
    }

    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in name.unicodeScalars {
            if isLetterOrDigit(scalar) || scalar == ":" {
                word.unicodeScalars.append(scalar)
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}
