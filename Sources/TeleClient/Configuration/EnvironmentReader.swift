/// Reads variables by kind and keeps a sentence for each that is set and of no use. Empty is as good as not set, as
/// the specification of the OpenTelemetry variables has it.
struct EnvironmentReader {
    let lookup: (String) -> String?
    private(set) var problems: [String] = []

    init(lookup: @escaping (String) -> String?) { self.lookup = lookup }

    func text(_ name: String, _ use: (String) -> Void) {
        guard let value = value(name) else { return }
        use(value)
    }

    mutating func parsed<Value>(_ name: String, _ parse: (String) -> Value?, _ use: (Value) -> Void) {
        guard let text = value(name) else { return }
        guard let value = parse(text.lowercased()) else {
            problems.append("\(name): '\(text)' is not a value that TeleClient knows; it is ignored")
            return
        }
        use(value)
    }

    mutating func bool(_ name: String, _ use: (Bool) -> Void) {
        parsed(name, { $0 == "true" ? true : $0 == "false" ? false : nil }, use)
    }

    mutating func milliseconds(_ name: String, _ use: (Duration) -> Void) {
        parsed(name, { Int64($0).flatMap { (1...86_400_000).contains($0) ? Duration.milliseconds($0) : nil } }, use)
    }

    mutating func count(_ name: String, _ use: (Int) -> Void) {
        parsed(name, { Int($0).flatMap { (1...10_000_000).contains($0) ? $0 : nil } }, use)
    }

    mutating func limit(_ name: String, _ use: (Int) -> Void) {
        parsed(name, { Int($0).flatMap { (0...1_000_000_000).contains($0) ? $0 : nil } }, use)
    }

    /// A list of names; a name that is not known is reported, and the others count.
    mutating func list<Value>(_ name: String, _ parse: (String) -> Value?, _ use: ([Value]) -> Void) {
        guard let text = value(name) else { return }
        var values: [Value] = []
        for part in text.lowercased().split(separator: ",") {
            let part = PercentCoding.trimmed(part)
            if let value = parse(String(part)) {
                values.append(value)
            } else {
                problems.append("\(name): '\(part)' is not a value that TeleClient knows; it is left out")
            }
        }
        use(values)
    }

    /// Says that a variable is set which has no effect here.
    mutating func unsupported(_ name: String, _ why: String) {
        guard value(name) != nil else { return }
        problems.append("\(name): \(why); it is ignored")
    }

    mutating func queue(_ prefix: String, _ queue: inout TeleConfiguration.Queue) {
        milliseconds("\(prefix)_SCHEDULE_DELAY") { queue.delay = $0 }
        count("\(prefix)_MAX_QUEUE_SIZE") { queue.records = $0 }
        count("\(prefix)_MAX_EXPORT_BATCH_SIZE") { queue.batchRecords = $0 }
    }

    /// `key=value,key=value`; keys and values are percent-decoded. A part without `=` is reported and left out.
    mutating func pairs(_ name: String, _ use: ([(String, String)]) -> Void) {
        guard let text = value(name) else { return }
        var pairs: [(String, String)] = []
        for part in text.split(separator: ",") {
            guard let equals = part.firstIndex(of: "="), equals > part.startIndex else {
                problems.append("\(name): '\(part)' is not key=value; it is left out")
                continue
            }
            pairs.append(
                (
                    PercentCoding.decoded(PercentCoding.trimmed(part[..<equals])),
                    PercentCoding.decoded(PercentCoding.trimmed(part[part.index(after: equals)...]))
                ))
        }
        use(pairs)
    }

    private func value(_ name: String) -> String? {
        guard let text = lookup(name) else { return nil }
        let trimmed = PercentCoding.trimmed(text[...])
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}
