internal import TeleModel

/// A group of rules: evaluated together, in order. Durations are milliseconds.
package struct RuleGroup: Sendable {
    package var name: String
    package var file: String
    /// nil: the configured one.
    package var interval: Int64?
    package var queryOffset: Int64?
    /// Series or alerts that one rule may give; 0: no limit of the group's own.
    package var limit = 0
    package var rules: [Rule] = []
    package var line = 0

    package init(name: String, file: String) {
        self.name = name
        self.file = file
    }

    /// Groups are told apart by file and name.
    package var key: Key { Key(file: file, name: name) }

    package struct Key: Hashable, Sendable {
        package var file: String
        package var name: String
    }

    /// Where within its interval a group is evaluated: spread evenly, and the same after a restart.
    package var hash: UInt64 { Hash64.of("\(file);\(name)") }

    package func isSame(as other: RuleGroup) -> Bool {
        key == other.key && interval == other.interval && queryOffset == other.queryOffset && limit == other.limit
            && rules.map(\.definition) == other.rules.map(\.definition)
    }
}
