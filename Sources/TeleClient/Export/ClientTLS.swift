import NIOSSL

/// TLS as ``TeleConfiguration/TLS`` has it.
enum ClientTLS {
    static func configuration(_ settings: TeleConfiguration.TLS) throws(TeleError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        do {
            if let path = settings.certificateAuthority {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            }
            if let path = settings.clientCertificate {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
            }
            if let path = settings.clientKey {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
            }
        } catch {
            throw TeleError.unusableTLS("\(error)")
        }
        return configuration
    }
}
