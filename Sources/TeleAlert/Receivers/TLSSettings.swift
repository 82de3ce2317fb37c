/// Whom to trust on a TLS connection: Prometheus' `tls_config`, without certificates of our own.
package struct TLSSettings: Sendable, Hashable {
    /// A PEM file in place of the system's certificates.
    package var caFile: String?
    /// The name that the certificate has to have, in place of the host's.
    package var serverName: String?
    /// Takes any certificate.
    package var skipsVerification = false

    package init() {}

    init(_ setting: Setting) throws(AlertingProblem) {
        let members = try setting.members(["ca_file", "server_name", "insecure_skip_verify"])
        caFile = try members.text("ca_file")
        serverName = try members.text("server_name")
        skipsVerification = try members.bool("insecure_skip_verify") ?? false
    }
}
