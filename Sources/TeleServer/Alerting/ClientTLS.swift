internal import NIOSSL
internal import TeleAlert

/// TLS towards receivers.
enum ClientTLS {
    static func configuration(_ settings: TLSSettings) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let file = settings.caFile { configuration.trustRoots = .file(file) }
        if settings.skipsVerification { configuration.certificateVerification = .none }
        return configuration
    }
}
