/// As much of Grafana's JSON model as a query and its place need.
struct DashboardModel: Decodable {
    struct Source: Decodable, Equatable {
        var type: String
        var uid: String
    }
    struct Target: Decodable {
        var refId: String
        var datasource: Source
        /// PromQL and LogQL.
        var expr: String?
        /// TraceQL.
        var query: String?
        var queryType: String?
        var format: String?
        var instant: Bool?
        var legendFormat: String?

        var text: String { expr ?? query ?? "" }
    }
    struct Place: Decodable {
        var x: Int
        var y: Int
        var w: Int
        var h: Int

        func overlaps(_ other: Place) -> Bool {
            x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h
        }
    }
    struct FieldConfig: Decodable {
        struct Defaults: Decodable { var unit: String? }
        struct Property: Decodable { var id: String }
        struct Matcher: Decodable {
            var id: String
            var options: String
        }
        struct Override: Decodable {
            var matcher: Matcher
            var properties: [Property]
        }
        var defaults: Defaults
        var overrides: [Override]
    }
    struct Transformation: Decodable {
        struct Options: Decodable { var renameByName: [String: String]? }
        var id: String
        var options: Options
    }
    struct Panel: Decodable {
        var id: Int
        var type: String
        var title: String
        var gridPos: Place
        var targets: [Target]?
        var datasource: Source?
        var fieldConfig: FieldConfig?
        var transformations: [Transformation]?
    }
    struct Variable: Decodable {
        struct Query: Decodable { var query: String }
        var name: String
        var type: String
        /// A text for a data source, a structure for a query.
        var query: String
        /// Of a query; a data source has none.
        var datasource: Source?
        /// When Grafana asks for the values: 1 on load, 2 when the range changes.
        var refresh: Int?

        private enum Key: String, CodingKey { case name, type, query, datasource, refresh }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Key.self)
            name = try values.decode(String.self, forKey: .name)
            type = try values.decode(String.self, forKey: .type)
            datasource = try values.decodeIfPresent(Source.self, forKey: .datasource)
            refresh = try values.decodeIfPresent(Int.self, forKey: .refresh)
            query =
                try (try? values.decode(String.self, forKey: .query)) ?? values.decode(Query.self, forKey: .query).query
        }
    }
    struct Templating: Decodable { var list: [Variable] }

    var uid: String
    var title: String
    var schemaVersion: Int
    var templating: Templating
    var panels: [Panel]
}
