package import Yams

/// Yams' errors in words, and what all YAML files of ours share.
package enum YAMLProblem {
    package static func message(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "is no YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _): "keys given twice: \(duplicates.joined(separator: ", "))"
        default: "is no YAML: \(error)"
        }
    }

    /// Nothing after the colon, or one of YAML's words for it.
    package static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    package static func line(_ error: any Error) -> Int? {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }
}
