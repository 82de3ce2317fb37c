internal import HTTPTypes
internal import TeleCodec

extension APIResponse {
    /// 503 with Retry-After.
    static func unavailable(_ why: String, retryAfter: Int = 1) -> APIResponse {
        var response = APIResponse.text(why + "\n", status: .serviceUnavailable)
        response.headers[.retryAfter] = "\(retryAfter)"
        return response
    }

    /// Says in `X-Tele-Cut` what is missing from an answer whose own form has no place for it.
    func marked(cut message: String?) -> APIResponse {
        guard let message, let name = HTTPField.Name("X-Tele-Cut") else { return self }
        var response = self
        response.headers[name] = message
        return response
    }

    /// Smaller answers do not earn the work.
    private static let packedBytes = 1 << 10

    /// Gzipped where that is worth it.
    func packed() -> APIResponse {
        guard body.count > APIResponse.packedBytes || rest != nil, headers[.contentEncoding] == nil else { return self }
        var response = self
        if let rest {
            guard let gzipped = GzippedPieces.make(head: body, rest) else { return self }
            response.body = gzipped.head
            response.rest = gzipped.pieces
        } else {
            response.body = Gzip.compress(body)
            guard !response.body.isEmpty, response.body.count < body.count else { return self }
        }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.vary] = "Accept-Encoding"
        return response
    }

    /// All of it, however long.
    package var wholeBody: [UInt8] {
        var out = body
        while let piece = rest?.next() { out.append(contentsOf: piece) }
        return out
    }
}
