internal import TeleQL
internal import Yams

/// Walks a rule file's nodes; notes every problem and goes on.
struct RuleReader {
    let file: String
    var groups: [RuleGroup] = []
    var problems: [RuleProblem] = []
    private var names: Set<String> = []
    private var ruleCount = 0
    /// Which rule problems are about.
    var group: String?
    var rule: String?

    /// What rules of the server's own may say.
    private let conditions: [NativeQuery]

    init(file: String, conditions: [NativeQuery]) {
        self.file = file
        self.conditions = conditions
    }

    mutating func read(_ root: Node) {
        if YAMLProblem.isNull(root) { return }
        guard let mapping = root.mapping else { return fail("should be a mapping with the key groups", root) }
        for (key, value) in mapping {
            switch key.string {
            case "groups":
                guard let list = elements(value, "groups") else { continue }
                guard list.count <= RuleFile.mostGroups else {
                    fail("has more than \(RuleFile.mostGroups) groups", value)
                    continue
                }
                for node in list { readGroup(node) }
            // Of ours.
            case "slo": readObjectives(value)
            default: fail("field \(shown(key)) not found; groups is the only one", key)
            }
        }
    }

    private mutating func readGroup(_ node: Node) {
        defer { (group, rule) = (nil, nil) }
        guard let mapping = node.mapping else { return fail("a group should be a mapping", node) }
        let name = mapping["name"]?.string ?? ""
        group = name
        if name.isEmpty { fail("Groupname must not be empty", node) }
        if !name.isEmpty, !names.insert(name).inserted {
            fail("groupname: \"\(name)\" is repeated in the same file", mapping["name"] ?? node)
        }
        var out = RuleGroup(name: name, file: file)
        out.line = node.mark?.line ?? 0
        var labels: [(name: String, value: Node)] = []
        var rules: [Node] = []
        for (key, value) in mapping {
            switch key.string {
            case "name": break
            case "interval": out.interval = duration(value, "interval", least: 1)
            case "query_offset": out.queryOffset = duration(value, "query_offset", least: 0)
            case "limit":
                if YAMLProblem.isNull(value) { continue }
                guard let limit = value.int, limit >= 0 else {
                    fail("limit should be a whole number, 0 for none", value)
                    continue
                }
                out.limit = limit
            case "labels": labels = texts(value, "labels")
            case "rules": rules = elements(value, "rules") ?? []
            // Thanos' addition: what answers it is one store here.
            case "partial_response_strategy": break
            default: fail("field \(shown(key)) not found in type rulefmt.RuleGroup", key)
            }
        }
        for (number, node) in rules.enumerated() {
            ruleCount += 1
            guard ruleCount <= RuleFile.mostRules else {
                rule = nil
                return fail("the file has more than \(RuleFile.mostRules) rules", node)
            }
            rule = "\(number + 1)"
            if let rule = readRule(node, groupLabels: labels) { out.rules.append(rule) }
        }
        rule = nil
        noteDuplicates(out)
        groups.append(out)
    }

    private mutating func noteDuplicates(_ group: RuleGroup) {
        var seen: [Rule.Identity: Int] = [:]
        for rule in group.rules {
            guard let first = seen[rule.identity] else {
                seen[rule.identity] = rule.line
                continue
            }
            var problem = RuleProblem(
                "is there twice with the same labels: also on line \(first)", file: file, line: rule.line,
                group: group.name, rule: rule.name)
            problem.isWarning = true
            problems.append(problem)
        }
    }

    // MARK: Rules

    private mutating func readRule(_ node: Node, groupLabels: [(name: String, value: Node)]) -> Rule? {
        guard let mapping = node.mapping else {
            fail("a rule should be a mapping", node)
            return nil
        }
        let before = problems.count
        let (record, alert) = (text(mapping, "record"), text(mapping, "alert"))
        if let name = [alert, record].compactMap(\.self).first(where: { !$0.isEmpty }) { rule = name }
        let isAlert = !(alert ?? "").isEmpty
        let name = isAlert ? alert ?? "" : record ?? ""
        if !(alert ?? "").isEmpty, !(record ?? "").isEmpty {
            fail("only one of 'record' and 'alert' must be set", mapping["record"] ?? node)
        } else if name.isEmpty {
            fail("one of 'record' or 'alert' must be set", node)
        }
        var language = RuleLanguage.promql
        var window = RuleQuery.defaultWindow
        var (holdFor, keepFiringFor): (Int64, Int64) = (0, 0)
        var labels = groupLabels
        var annotations: [(name: String, value: Node)] = []
        for (key, value) in mapping {
            switch key.string {
            case "record", "alert", "expr": break
            case "for": holdFor = recorded(isAlert, key) ?? duration(value, "for", least: 0) ?? 0
            case "keep_firing_for":
                keepFiringFor = recorded(isAlert, key) ?? duration(value, "keep_firing_for", least: 0) ?? 0
            case "labels":
                for label in texts(value, "labels") {
                    labels.removeAll { $0.name == label.name }
                    labels.append(label)
                }
            case "annotations":
                if recorded(isAlert, key) == nil { annotations = texts(value, "annotations") }
            case "lang":
                guard let found = value.string.flatMap(RuleLanguage.init) else {
                    fail("lang should be promql, logql or traceql", value)
                    continue
                }
                language = found
            case "window": window = duration(value, "window", least: 1) ?? window
            default: fail("field \(shown(key)) not found in type rulefmt.Rule", key)
            }
        }
        if mapping["window"] != nil, language != .traceql {
            fail(
                "window goes with lang: traceql; the other languages name ranges in brackets", mapping["window"] ?? node
            )
        }
        if !isAlert, !name.isEmpty { checkRecord(name, mapping["record"] ?? node) }
        let source = text(mapping, "expr") ?? ""
        guard !source.isEmpty else {
            fail("field 'expr' must be set in rule", mapping["expr"] ?? node)
            return nil
        }
        var query: RuleQuery?
        do throws(RuleQueryError) {
            if language == .native, let condition = conditions.first(where: { $0.text == source }) {
                query = .native(condition)
            } else {
                query = try RuleQuery(source, language, window: window)
            }
        } catch { fail("could not parse expression: \(error.message)", mapping["expr"] ?? node) }
        let plainLabels = checked(labels, isAlert: isAlert, what: "label")
        let plainAnnotations = checked(annotations, isAlert: isAlert, what: "annotation")
        guard problems.count == before, let query else { return nil }
        var out = Rule(kind: isAlert ? .alert : .record, name: name, expression: source, query: query)
        (out.holdFor, out.keepFiringFor) = (holdFor, keepFiringFor)
        (out.labels, out.annotations) = (plainLabels, plainAnnotations)
        out.line = node.mark?.line ?? 0
        return out
    }

    /// 0, and a problem noted, where a recording rule has what only alerts have.
    private mutating func recorded(_ isAlert: Bool, _ key: Node) -> Int64? {
        if isAlert { return nil }
        fail("invalid field '\(key.string ?? "")' in recording rule", key)
        return 0
    }

    private mutating func checkRecord(_ name: String, _ node: Node) {
        if name.contains("{") || name.contains("}") {
            fail("braces present in the recording rule name; should it be in expr?: \(name)", node)
        } else if name.contains(where: \.isNewline) {
            fail("invalid recording rule name", node)
        }
    }

    private mutating func checked(
        _ labels: [(name: String, value: Node)], isAlert: Bool, what: String
    ) -> [RuleText] {
        var out: [RuleText] = []
        for (name, node) in labels {
            if name.isEmpty || (what == "label" && name == "__name__") {
                fail("invalid \(what) name: \(name.isEmpty ? "\"\"" : name)", node)
                continue
            }
            guard let text = node.string else {
                fail("\(what) \(name) should be a text", node)
                continue
            }
            var template: LogQLTemplate?
            if isAlert, text.contains("{{") {
                do throws(LogQLError) { template = try LogQLTemplate(text, dialect: RuleFunctions.dialect) } catch {
                    fail("\(what) \(name): \(error.message)", node)
                    continue
                }
            }
            out.append(RuleText(name: name, source: text, template: template))
        }
        return out.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    // MARK: Nodes

    private mutating func text(_ mapping: Node.Mapping, _ key: String) -> String? {
        guard let node = mapping[key], !YAMLProblem.isNull(node) else { return nil }
        guard let text = node.string else {
            fail("\(key) should be a text", node)
            return nil
        }
        return text
    }

    mutating func texts(_ node: Node, _ key: String) -> [(name: String, value: Node)] {
        if YAMLProblem.isNull(node) { return [] }
        guard let mapping = node.mapping else {
            fail("\(key) should be a mapping", node)
            return []
        }
        return mapping.map { ($0.key.string ?? "", $0.value) }
    }

    mutating func elements(_ node: Node, _ key: String) -> [Node]? {
        if YAMLProblem.isNull(node) { return [] }
        guard let sequence = node.sequence else {
            fail("\(key) should be a list", node)
            return nil
        }
        return Array(sequence)
    }

    private mutating func duration(_ node: Node, _ key: String, least: Int64) -> Int64? {
        if YAMLProblem.isNull(node) { return nil }
        guard let text = node.string, let milliseconds = PromDuration.milliseconds(text: text) else {
            fail("\(key): not a valid duration string: \(shown(node)); write for example 30s, 5m or 1h30m", node)
            return nil
        }
        guard milliseconds >= least else {
            // Prometheus reads an interval of 0 as the configured one.
            if key == "interval" { return nil }
            fail("\(key) has to be longer than 0", node)
            return nil
        }
        return milliseconds
    }

    private func shown(_ node: Node) -> String { node.string.map { "\"\($0)\"" } ?? "that is no text" }

    mutating func fail(_ message: String, _ node: Node) {
        problems.append(RuleProblem(message, file: file, line: node.mark?.line, group: group, rule: rule))
    }
}
