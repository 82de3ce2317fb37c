/// Every query route of the server.
package enum APIRoutes {
    package static let all =
        PrometheusRoutes.all + LokiRoutes.all + TempoRoutes.all + TeleRoutes.all + JaegerRoutes.all + ZipkinRoutes.all
        + AlertmanagerRoutes.all
}
