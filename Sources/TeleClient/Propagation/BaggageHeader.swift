/// The `baggage` header of W3C Baggage: `key=value;property,key=value`, values percent-encoded.
enum BaggageHeader {
    static let header = "baggage"
    /// The recommendation's least that a participant has to pass on, and our most.
    static let mostEntries = 64
    static let mostBytes = 8_192

    /// Members that are not well-formed are left out; of a repeated key the last value counts.
    static func parse(_ text: String) -> TeleBaggage {
        var baggage = TeleBaggage()
        for member in text.prefix(mostBytes).split(separator: ",").prefix(4 * mostEntries) {
            let parts = member.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { continue }
            let key = PercentCoding.trimmed(pair[..<equals])
            guard isToken(key) else { continue }
            let value = PercentCoding.decoded(PercentCoding.trimmed(pair[pair.index(after: equals)...]))
            let name = String(key)
            baggage[name] = value
            guard parts.count == 2, parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f || $0 == 0x20 }) else { continue }
            if let at = baggage.entries.firstIndex(where: { $0.key == name }) {
                baggage.entries[at].properties = String(PercentCoding.trimmed(parts[1]))
            }
        }
        return baggage
    }

    /// Whole members up to the most bytes.
    static func text(_ baggage: TeleBaggage) -> String {
        var out = ""
        for entry in baggage.entries {
            var member = "\(entry.key)=\(PercentCoding.encoded(entry.value))"
            if !entry.properties.isEmpty { member += ";\(entry.properties)" }
            guard out.utf8.count + member.utf8.count + 1 <= mostBytes else { continue }
            if !out.isEmpty { out += "," }
            out += member
        }
        return out
    }

    /// RFC 9110's token: what a header may carry as a name.
    static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                default: Array("!#$%&'*+-.^_`|~".utf8).contains(byte)
                }
            }
    }
}
