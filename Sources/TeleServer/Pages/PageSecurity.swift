internal import HTTPTypes

/// What a browser may do with the pages: run and draw what this server sent, and ask this server; nothing else. No
/// inline script or style, no markup made of text (trusted types), no frame around them.
enum PageSecurity {
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]

    static let fields: HTTPFields = {
        var fields: HTTPFields = [:]
        fields[.contentSecurityPolicy] = policy.joined(separator: "; ")
        fields[.xContentTypeOptions] = "nosniff"
        for (name, value) in [("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin")] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }()
}
