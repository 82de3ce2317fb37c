import TeleModel
import TeleQL

/// Label filters: a numeric one whose label is missing drops the entry, one that can't convert keeps it and sets
/// `__error__` to `LabelFilterErr` where it is not set yet. Addresses are not looked at where there is an error.
enum LogLabelTest {
    static func accepts(_ filter: LogQLLabelFilter, _ labels: inout LogLabels) -> Bool {
        switch filter {
        case .text(let matcher): return matcher.accepts(labels[matcher.name] ?? "")
        case .number(let name, let comparison, let value):
            return test(name, &labels, comparison, value) { NumberText.value($0) }
        case .duration(let name, let comparison, let value):
            return test(name, &labels, comparison, value) { NumberText.goDuration($0) }
        case .size(let name, let comparison, let value):
            return test(name, &labels, comparison, value) { NumberText.size($0) }
        case .address(let name, let isNegative, let range):
            if labels.hasError { return true }
            guard let text = labels[name] else { return false }
            return range.isFound(in: Array(text.utf8)) != isNegative
        case .and(let a, let b):
            let left = accepts(a, &labels)
            return left && accepts(b, &labels)
        case .or(let a, let b):
            return accepts(a, &labels) || accepts(b, &labels)
        }
    }

    private static func test<T: Comparable>(
        _ name: String, _ labels: inout LogLabels, _ comparison: LogQLLabelFilter.Comparison, _ value: T,
        _ convert: (String) -> T?
    ) -> Bool {
        guard let text = labels[name] else { return false }
        guard let found = convert(text) else {
            labels.setError("LabelFilterErr", "\(name): cannot convert \(QuotedText.quote(text))")
            return true
        }
        switch comparison {
        case .equal: return found == value
        case .notEqual: return found != value
        case .greater: return found > value
        case .greaterOrEqual: return found >= value
        case .less: return found < value
        case .lessOrEqual: return found <= value
        }
    }
}
