internal import TeleModel

extension PromParser {
    /// The text of a string token; back quotes take everything as it is.
    internal func string(_ token: PromToken) throws(PromError) -> String {
        let body = text[(token.start + 1)..<(token.end - 1)]
        if text[token.start] == 0x60 { return String(decoding: body, as: UTF8.self) }
        var out: [UInt8] = []
        var at = body.startIndex
        while at < body.endIndex {
            let byte = body[at]
            at += 1
            if byte != 0x5c {
                out.append(byte)
                continue
            }
            guard at < body.endIndex else { throw badEscape(at) }
            let escape = body[at]
            at += 1
            switch escape {
            case 0x61: out.append(7)
            case 0x62: out.append(8)
            case 0x66: out.append(12)
            case 0x6e: out.append(10)
            case 0x72: out.append(13)
            case 0x74: out.append(9)
            case 0x76: out.append(11)
            case 0x5c, 0x22, 0x27: out.append(escape)
            case 0x78: out.append(UInt8(truncatingIfNeeded: try digits(body, &at, 2, radix: 16)))
            case 0x75, 0x55:
                guard let scalar = Unicode.Scalar(try digits(body, &at, escape == 0x75 ? 4 : 8, radix: 16)) else {
                    throw badEscape(at)
                }
                out.append(contentsOf: String(Character(scalar)).utf8)
            case 0x30...0x37:
                at -= 1
                let value = try digits(body, &at, 3, radix: 8)
                guard value < 256 else { throw badEscape(at) }
                out.append(UInt8(value))
            default: throw badEscape(at)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private func badEscape(_ offset: Int) -> PromError { PromError("unknown escape sequence in string", at: offset) }

    private func digits(
        _ body: ArraySlice<UInt8>, _ at: inout Int, _ count: Int, radix: UInt32
    ) throws(PromError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard at < body.endIndex, let digit = Hex.value(body[at]), UInt32(digit) < radix else {
                throw badEscape(at)
            }
            value = value &* radix &+ UInt32(digit)
            at += 1
        }
        return value
    }
}
