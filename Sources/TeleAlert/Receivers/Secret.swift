/// A password, token or address that is itself a secret: given, or in a file that is read when it is needed, so that
/// it can be changed without a reload. Never printed.
package enum Secret: Sendable {
    case text(String)
    case file(String)

    /// From `key` or `key_file`; nil where neither is there.
    init?(_ members: SettingMembers, _ key: String) throws(AlertingProblem) {
        let (text, file) = (members[key], members[key + "_file"])
        if let text, file != nil { throw text.problem("\(key) and \(key)_file are both there") }
        if let text {
            self = .text(try text.text())
        } else if let file {
            self = .file(try file.text())
        } else {
            return nil
        }
    }
}
