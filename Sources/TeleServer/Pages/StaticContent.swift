internal import HTTPTypes
internal import TeleCodec
internal import TeleModel

/// Bytes that never change while the process runs, with what a browser needs to keep them.
struct StaticContent: Sendable {
    enum Caching: Sendable {
        /// The address changes with the content.
        case forever
        /// The browser asks each time, and mostly hears that nothing has changed.
        case revalidated
    }

    private let bytes: [UInt8]
    /// Empty where packing does not make it smaller.
    private let packed: [UInt8]
    private let etag: String
    private let fields: HTTPFields

    /// Done once a start: a better level than that of answers that are packed as they are asked for.
    private static let level: Int32 = 9

    init(_ bytes: [UInt8], contentType: String, caching: Caching) {
        self.bytes = bytes
        let gzip = Gzip.compress(bytes, level: StaticContent.level)
        packed = gzip.count < bytes.count ? gzip : []
        // Weak: the same for both codings.
        etag = "W/\"\(String(Hash64.of(bytes), radix: 16))\""
        var fields = PageSecurity.fields
        fields[.contentType] = contentType
        fields[.eTag] = etag
        fields[.cacheControl] = caching == .forever ? "public, max-age=31536000, immutable" : "no-cache"
        fields[.vary] = "Accept-Encoding"
        self.fields = fields
    }

    /// Answers GET at a path.
    func page(_ path: String) -> Server.Page { ([.get], path, { self.answer($0) }) }

    private func answer(_ request: APIRequest) -> APIResponse {
        var response = APIResponse(.ok, contentType: nil, body: [])
        response.headers = fields
        if isKnown(request.headers[.ifNoneMatch]) {
            response.status = .notModified
        } else if !packed.isEmpty, request.headers.acceptsGzip {
            response.headers[.contentEncoding] = "gzip"
            response.body = packed
        } else {
            response.body = bytes
        }
        return response
    }

    /// RFC 9110, 13.1.2.
    private func isKnown(_ header: String?) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { one in
            let tag = one.filter { !$0.isWhitespace }
            return tag == "*" || tag == etag || "W/" + tag == etag
        }
    }
}
