/// The answer of `/api/v1/alerts`.
struct PrometheusAlerts: Decodable {
    struct Payload: Decodable {
        var alerts: [Alert]
    }

    struct Alert: Decodable {
        var labels: [String: String]
        var annotations: [String: String]
        var state: String
        /// RFC 3339.
        var activeAt: String
        var value: String

        /// Without the name, as PromQL writes them.
        var labelText: String {
            let rest = labels.filter { $0.key != "alertname" }.sorted { $0.key < $1.key }
            return rest.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
    }

    var data: Payload
}
