import TeleModel

/// A protobuf message read without knowing its schema: fields in their order. Independent of the client's encoders.
struct ProtoTree {
    enum Value {
        case number(UInt64)
        case bytes([UInt8])
    }

    private(set) var fields: [(number: Int, value: Value)] = []

    init(_ bytes: [UInt8]) {
        var at = 0
        func fixed(_ count: Int) -> UInt64 {
            var value: UInt64 = 0
            for i in 0..<count where at + i < bytes.count { value |= UInt64(bytes[at + i]) << UInt64(8 * i) }
            at += count
            return value
        }
        while at < bytes.count, let key = Varint.read(bytes.span, &at) {
            let number = Int(key >> 3)
            switch key & 7 {
            case 0: fields.append((number, .number(Varint.read(bytes.span, &at) ?? 0)))
            case 1: fields.append((number, .number(fixed(8))))
            case 5: fields.append((number, .number(fixed(4))))
            default:
                let length = Int(Varint.read(bytes.span, &at) ?? 0)
                fields.append((number, .bytes(Array(bytes[at..<min(bytes.count, at + length)]))))
                at += length
            }
        }
    }

    func all(_ number: Int) -> [[UInt8]] {
        fields.compactMap { field in
            if field.number == number, case .bytes(let bytes) = field.value { bytes } else { nil }
        }
    }

    func messages(_ number: Int) -> [ProtoTree] { all(number).map { ProtoTree($0) } }
    func message(_ number: Int) -> ProtoTree? { messages(number).first }
    func text(_ number: Int) -> String? { all(number).first.map { String(decoding: $0, as: UTF8.self) } }
    func hex(_ number: Int) -> String? {
        all(number).first.map { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    }

    func number(_ number: Int) -> UInt64? {
        for field in fields where field.number == number {
            if case .number(let value) = field.value { return value }
        }
        return nil
    }

    func double(_ number: Int) -> Double? { self.number(number).map { Double(bitPattern: $0) } }

    /// Packed fixed64.
    func packed(_ number: Int) -> [UInt64] {
        guard let bytes = all(number).first else { return [] }
        return stride(from: 0, to: bytes.count - 7, by: 8).map { at in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
        }
    }

    /// KeyValue messages as text, nested values in brackets.
    func attributes(_ number: Int) -> [String: String] {
        var result: [String: String] = [:]
        for pair in messages(number) { result[pair.text(1) ?? ""] = pair.message(2)?.anyValue }
        return result
    }

    var anyValue: String {
        guard let field = fields.first else { return "empty" }
        switch (field.number, field.value) {
        case (1, .bytes(let text)): return String(decoding: text, as: UTF8.self)
        case (2, .number(let value)): return value == 1 ? "true" : "false"
        case (3, .number(let value)): return "\(Int64(bitPattern: value))"
        case (4, .number(let bits)): return "\(Double(bitPattern: bits))"
        case (5, .bytes(let list)): return "[\(ProtoTree(list).messages(1).map(\.anyValue).joined(separator: ","))]"
        case (6, .bytes(let map)):
            let pairs = ProtoTree(map).attributes(1).sorted { $0.key < $1.key }
            return "{\(pairs.map { "\($0.key):\($0.value)" }.joined(separator: ","))}"
        default: return "unknown"
        }
    }

    /// Of an Export*ServiceRequest: the records of all scopes.
    static func records(_ bodies: [[UInt8]]) -> [(scope: String, record: ProtoTree)] {
        bodies.flatMap { body in
            ProtoTree(body).messages(1).flatMap { $0.messages(2) }.flatMap { group in
                group.messages(2).map { (group.message(1)?.text(1) ?? "", $0) }
            }
        }
    }
}
