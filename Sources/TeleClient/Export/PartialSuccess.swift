import TeleWire

/// Export*ServiceResponse: field 1 is partial_success {rejected 1, message 2}.
enum PartialSuccess {
    /// The number of rejected records; 0 for a body that does not say so or cannot be read: the request was accepted.
    static func rejected(_ body: [UInt8]) -> UInt64 {
        var response = ProtobufReader(body.span.bytes)
        do {
            while !response.isAtEnd {
                let tag = try response.tag()
                guard tag == 1 << 3 | 2 else {
                    try response.skip(tag)
                    continue
                }
                var partial = try response.message()
                while !partial.isAtEnd {
                    let tag = try partial.tag()
                    if tag == 1 << 3 { return try partial.varint() }
                    try partial.skip(tag)
                }
            }
        } catch {
            return 0
        }
        return 0
    }
}
