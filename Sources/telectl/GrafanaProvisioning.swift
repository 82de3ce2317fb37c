/// Grafana's file of data sources: https://grafana.com/docs/grafana/latest/administration/provisioning/.
///
/// Grafana replaces `$NAME` in these files by environment variables: what it shall read itself has `$$`.
struct GrafanaProvisioning {
    /// Without a slash at its end.
    var address: String
    /// Letters, digits, `-` and `_`.
    var name: String
    var isDefault: Bool

    /// Whether a text can be part of a uid.
    static func isName(_ text: String) -> Bool {
        guard 1...32 ~= text.utf8.count else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    /// Within single quotes of YAML.
    private func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    private var text: String {
        """
        apiVersion: 1

        datasources:
          - name: \(name)-metrics
            uid: \(name)-metrics
            type: prometheus
            access: proxy
            url: \(quoted(address))
            isDefault: \(isDefault)
            jsonData:
              httpMethod: POST
              prometheusType: Prometheus
              timeInterval: 15s
              exemplarTraceIdDestinations:
                - name: trace_id
                  datasourceUid: \(name)-traces
          - name: \(name)-logs
            uid: \(name)-logs
            type: loki
            access: proxy
            url: \(quoted(address))
            jsonData:
              maxLines: 1000
              derivedFields:
                - name: trace
                  matcherType: label
                  matcherRegex: trace_id
                  url: '$${__value.raw}'
                  urlDisplayLabel: Open its trace
                  datasourceUid: \(name)-traces
          - name: \(name)-traces
            uid: \(name)-traces
            type: tempo
            access: proxy
            url: \(quoted(address + "/tempo"))
            jsonData:
              tracesToLogsV2:
                datasourceUid: \(name)-logs
                spanStartTimeShift: '-5m'
                spanEndTimeShift: '5m'
                tags:
                  - key: service.name
                    value: service_name
                customQuery: true
                query: '{$${__tags}} | trace_id="$${__trace.traceId}"'
              tracesToMetrics:
                datasourceUid: \(name)-metrics
                spanStartTimeShift: '-15m'
                spanEndTimeShift: '15m'
                tags:
                  - key: service.name
                    value: service
                queries:
                  - name: Requests
                    query: 'sum(rate(traces_spanmetrics_calls_total{$$__tags}[$$__rate_interval]))'
                  - name: Errors
                    query: 'sum(rate(traces_spanmetrics_calls_total{$$__tags, status_code="STATUS_CODE_ERROR"}[$$__rate_interval]))'
                  - name: Duration, p95
                    query: 'histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{$$__tags}[$$__rate_interval])))'
              serviceMap:
                datasourceUid: \(name)-metrics
              nodeGraph:
                enabled: true
              streamingEnabled:
                search: false
                metrics: false
              traceQuery:
                timeShiftEnabled: true
                spanStartTimeShift: '-30m'
                spanEndTimeShift: '30m'
        """
    }
}
