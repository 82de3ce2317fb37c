import TeleEngine
import TeleModel
import TeleQL

/// Label filters over metadata as conditions on attributes, where a label can come from one attribute only. They hold
/// for every entry that the filters accept; which of the others pass, the filters themselves tell.
enum LogLabelConditions {
    /// nil where no entry can pass.
    static func conditions(
        _ stages: [LogQLStage], _ streams: LogStreams, _ keys: LogAttributeKeys
    ) -> [LogCondition]? {
        var filters: [LogQLLabelFilter] = []
        // Behind a stage that makes labels or takes them away a name may mean another label.
        stages: for stage in stages {
            switch stage {
            case .line: continue
            case .label(let filter): append(filter, to: &filters)
            default: break stages
            }
        }
        var conditions: [LogCondition] = []
        // A filter that can't convert a value keeps the entry, and so do those behind it.
        var mayKeep = false
        for filter in filters {
            let test: (name: String, test: ValueTest)
            switch filter {
            case .text(let matcher):
                if matcher.accepts("") { continue }
                test = (matcher.name, matcher.operation == .equal ? equals(matcher.value) : .exists)
            case .number(let name, _, _), .duration(let name, _, _), .size(let name, _, _), .address(let name, _, _):
                if mayKeep { continue }
                mayKeep = true
                test = (name, .exists)
            case .and, .or: continue
            }
            switch source(of: test.name, streams, keys) {
            case .unknown: continue
            case .nowhere: return nil
            case .attribute(let key): conditions.append(.attribute(.own, key: key, .orNested(test.test)))
            }
        }
        return conditions
    }

    private static func append(_ filter: LogQLLabelFilter, to filters: inout [LogQLLabelFilter]) {
        guard case .and(let a, let b) = filter else { return filters.append(filter) }
        append(a, to: &filters)
        append(b, to: &filters)
    }

    /// The engine prints doubles its own way: of numbers that are no integers only the presence is asked for.
    private static func equals(_ text: String) -> ValueTest {
        guard NumberText.value(text) != nil else { return .equalsText(text) }
        if let number = Int64(text), String(number) == text, number.magnitude < 1 << 53 { return .equalsText(text) }
        return .exists
    }

    private enum Source {
        case unknown, nowhere
        case attribute(String)
    }

    private static func source(of name: String, _ streams: LogStreams, _ keys: LogAttributeKeys) -> Source {
        let isTold = streams.byFingerprint.values.contains { stream in
            (stream.labels + stream.metadata).contains { $0.name == name }
        }
        if isTold || LogCountPlan.isOwn(name) { return .unknown }
        if keys.scope.contains(where: { LokiMapping.mayBecome([name], key: $0) }) { return .unknown }
        let found = keys.own.filter { LokiMapping.mayBecome([name], key: $0) }
        guard let key = found.first else { return .nowhere }
        return found.count == 1 && LokiMapping.sanitised(key) == name ? .attribute(key) : .unknown
    }
}
