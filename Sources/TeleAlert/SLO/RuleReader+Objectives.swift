internal import TeleQL
internal import Yams

/// `slo:` of a rule file: entries with `name`, `objective` (percent), `window`, and either `errors` and `total` or
/// `latency` with `service` and `threshold` (seconds).
extension RuleReader {
    mutating func readObjectives(_ node: Node) {
        guard let list = elements(node, "slo") else { return }
        for entry in list {
            defer { (group, rule) = (nil, nil) }
            guard let mapping = entry.mapping else {
                fail("an entry of slo should be a mapping", entry)
                continue
            }
            group = "slo"
            rule = mapping["name"]?.string
            guard var objective = readObjective(mapping, entry) else { continue }
            for label in mapping["labels"].map({ texts($0, "labels") }) ?? [] {
                objective.labels.append(.init(name: label.name, value: label.value.string ?? ""))
            }
            do throws(RuleQueryError) {
                let made = try objective.group(file: file)
                if groups.contains(where: { $0.name == made.name }) {
                    fail("the name is there twice", mapping["name"] ?? entry)
                } else {
                    groups.append(made)
                }
            } catch { fail("could not parse expression: \(error.message)", entry) }
        }
    }

    private mutating func readObjective(_ mapping: Node.Mapping, _ entry: Node) -> Objective? {
        let known = ["name", "objective", "window", "errors", "total", "latency", "labels"]
        let before = problems.count
        for (key, _) in mapping where !known.contains(key.string ?? "") {
            fail("unknown key \(key.string ?? ""); known are \(known.joined(separator: ", "))", key)
        }
        let name = mapping["name"]?.string ?? ""
        if name.isEmpty { fail("has no name", entry) }
        let percent = mapping["objective"]?.float ?? .nan
        if !(percent > 0 && percent < 100) { fail("objective should be a percentage between 0 and 100", entry) }
        let window = mapping["window"]?.string ?? "30d"
        if (PromDuration.milliseconds(text: window) ?? 0) <= 0 { fail("window is no duration: \(window)", entry) }
        // Two decimals more than percents have: 99.95 is 0.9995 and no digit else.
        let objective = (percent * 1e7).rounded() / 1e9
        if let latency = mapping["latency"]?.mapping {
            let threshold = latency["threshold"]?.string ?? ""
            let milliseconds = (0..<14).map { 2 << $0 }
            guard let service = latency["service"]?.string, let seconds = Double(threshold),
                milliseconds.contains(where: { Double($0) / 1000 == seconds })
            else {
                let bounds = milliseconds.map { "\(Double($0) / 1000)" }.joined(separator: ", ")
                fail("latency takes service and threshold (seconds), one of \(bounds)", entry)
                return nil
            }
            if problems.count > before { return nil }
            return Objective(
                name: name, objective: objective, window: window, service: service, threshold: "\(seconds)")
        }
        guard let errors = mapping["errors"]?.string, let total = mapping["total"]?.string,
            errors.contains("$window"), total.contains("$window")
        else {
            fail("takes errors and total, PromQL with $window for the range, or latency", entry)
            return nil
        }
        if problems.count > before { return nil }
        return Objective(name: name, objective: objective, window: window, errors: errors, total: total)
    }
}
