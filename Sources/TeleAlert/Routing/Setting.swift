internal import TeleQL
package import Yams

/// A value of the `alerting:` section with the path that leads to it, so that whatever is wrong can be told where.
package struct Setting {
    let node: Node
    let path: String

    package init(_ node: Node, path: String = "") {
        self.node = node
        self.path = path
    }

    /// From 1.
    var line: Int? { node.mark?.line }

    func problem(_ message: String) -> AlertingProblem { AlertingProblem(message, key: path, line: line) }

    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    func text() throws(AlertingProblem) -> String {
        guard case .scalar(let scalar) = node else { throw problem("takes a text") }
        return scalar.string
    }

    func bool() throws(AlertingProblem) -> Bool {
        switch try text() {
        case "true", "True", "TRUE", "yes", "on": return true
        case "false", "False", "FALSE", "no", "off": return false
        default: throw problem("takes true or false")
        }
    }

    func number(_ range: ClosedRange<Int>) throws(AlertingProblem) -> Int {
        guard let number = Int(try text()), range.contains(number) else {
            throw problem("takes a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Milliseconds; `least` is the least that is allowed.
    func duration(least: Int64 = 0) throws(AlertingProblem) -> Int64 {
        let text = try text()
        guard let milliseconds = PromDuration.milliseconds(of: text) else {
            throw problem("\"\(text)\" is no duration; write for example 30s, 5m or 4h")
        }
        guard milliseconds >= least else {
            throw problem(least <= 1 ? "cannot be zero" : "is less than \(PromDuration.text(milliseconds: least))")
        }
        return milliseconds
    }

    func list(atMost most: Int) throws(AlertingProblem) -> [Setting] {
        guard case .sequence(let sequence) = node else { throw problem("takes a list") }
        guard sequence.count <= most else { throw problem("has \(sequence.count) elements, more than \(most)") }
        return sequence.enumerated().map { Setting($1, path: "\(path)[\($0)]") }
    }

    func texts(atMost most: Int) throws(AlertingProblem) -> [String] {
        var out: [String] = []
        for element in try list(atMost: most) { out.append(try element.text()) }
        return out
    }

    /// Whether it is a mapping with that key.
    func has(_ key: String) -> Bool { node.mapping?[key] != nil }

    /// Members in the order of the file.
    func pairs(atMost most: Int) throws(AlertingProblem) -> [(key: String, value: Setting)] {
        guard case .mapping(let mapping) = node else { throw problem("takes keys with values") }
        guard mapping.count <= most else { throw problem("has \(mapping.count) keys, more than \(most)") }
        var out: [(key: String, value: Setting)] = []
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string else { throw problem("has a key that is no text") }
            out.append((key, Setting(value, path: path.isEmpty ? key : "\(path).\(key)")))
        }
        return out
    }

    func textPairs(atMost most: Int) throws(AlertingProblem) -> [(name: String, value: String)] {
        var out: [(name: String, value: String)] = []
        for (key, value) in try pairs(atMost: most) { out.append((key, try value.text())) }
        return out
    }

    /// The members, of which all must be known.
    func members(_ known: [String]) throws(AlertingProblem) -> SettingMembers {
        var values: [String: Setting] = [:]
        for (key, value) in try pairs(atMost: 1000) {
            guard known.contains(key) else {
                throw value.problem("unknown key; known here: \(known.joined(separator: ", "))")
            }
            values[key] = value.isNull ? nil : value
        }
        return SettingMembers(owner: self, values: values)
    }
}

/// The members of a mapping by key; one that is null is not there.
struct SettingMembers {
    let owner: Setting
    let values: [String: Setting]

    subscript(_ key: String) -> Setting? { values[key] }

    func text(_ key: String) throws(AlertingProblem) -> String? { try values[key]?.text() }
    func bool(_ key: String) throws(AlertingProblem) -> Bool? { try values[key]?.bool() }

    func required(_ key: String) throws(AlertingProblem) -> Setting {
        guard let value = values[key] else { throw owner.problem("\(key) is missing") }
        return value
    }
}
