private import Synchronization
import TeleModel

/// Regular expressions of templates, compiled once: the same few come back for every line.
enum LogTemplatePatterns {
    private static let known = Mutex<[String: Pattern]>([:])
    /// More than any query has; beyond, the table starts over.
    private static let most = 256

    static func pattern(_ source: String) throws(LogTemplateError) -> Pattern {
        if let found = known.withLock({ $0[source] }) { return found }
        let made: Pattern
        do throws(PatternError) { made = try Pattern(source) } catch { throw LogTemplateError(error.description) }
        known.withLock { table in
            if table.count >= most { table.removeAll() }
            table[source] = made
        }
        return made
    }
}
