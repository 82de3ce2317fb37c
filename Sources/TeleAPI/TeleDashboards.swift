/// Answer of `GET /api/tele/v1/dashboards`. One dashboard, in Grafana's JSON model, is at `.../dashboards/{uid}`.
package struct TeleDashboards: Codable, Sendable, Hashable {
    package struct Entry: Codable, Sendable, Hashable {
        package var uid: String
        package var title: String
        package var description: String
        package var tags: [String]

        package init(uid: String, title: String, description: String, tags: [String]) {
            self.uid = uid
            self.title = title
            self.description = description
            self.tags = tags
        }
    }

    package var dashboards: [Entry]

    package init(dashboards: [Entry]) { self.dashboards = dashboards }
}
