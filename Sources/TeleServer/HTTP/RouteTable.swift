package import HTTPTypes

/// Finds what answers a path: a tree of segments, in which a literal segment wins over a `{name}` one.
package struct RouteTable<Target: Sendable>: Sendable {
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        /// The node below a `{name}` segment.
        var parameter: Int?
        var targets: [(method: HTTPRequest.Method, names: [String], target: Target)] = []
    }

    package enum Match: Sendable {
        case found(Target, parameters: [String: String])
        /// The path is known, but not with this method; these are.
        case wrongMethod(allowed: [HTTPRequest.Method])
        case unknown
    }

    private var nodes = [Node()]

    package init() {}

    /// A later route for the same method and template replaces an earlier one.
    package mutating func add(_ methods: [HTTPRequest.Method], _ template: String, _ target: Target) {
        var at = 0
        var names: [String] = []
        for segment in template.split(separator: "/") {
            let next: Int
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                names.append(String(segment.dropFirst().dropLast()))
                next = nodes[at].parameter ?? nodes.count
                nodes[at].parameter = next
            } else {
                next = nodes[at].literals[String(segment)] ?? nodes.count
                nodes[at].literals[String(segment)] = next
            }
            if next == nodes.count { nodes.append(Node()) }
            at = next
        }
        for method in methods {
            nodes[at].targets.removeAll { $0.method == method }
            nodes[at].targets.append((method, names, target))
        }
    }

    /// HEAD is answered by what answers GET.
    package func find(_ method: HTTPRequest.Method, _ segments: [String]) -> Match {
        var values: [String] = []
        guard let node = walk(0, segments[...], &values) else { return .unknown }
        let targets = nodes[node].targets
        let wanted = method == .head && !targets.contains { $0.method == .head } ? .get : method
        guard let hit = targets.first(where: { $0.method == wanted }) else {
            var allowed = targets.map(\.method)
            if allowed.contains(.get), !allowed.contains(.head) { allowed.append(.head) }
            return .wrongMethod(allowed: allowed)
        }
        return .found(hit.target, parameters: Dictionary(zip(hit.names, values)) { _, last in last })
    }

    /// As deep as the longest template: the recursion ends where the tree does.
    private func walk(_ at: Int, _ rest: ArraySlice<String>, _ values: inout [String]) -> Int? {
        guard let segment = rest.first else { return nodes[at].targets.isEmpty ? nil : at }
        if let next = nodes[at].literals[segment], let found = walk(next, rest.dropFirst(), &values) { return found }
        guard let next = nodes[at].parameter else { return nil }
        let before = values.count
        values.append(segment)
        if let found = walk(next, rest.dropFirst(), &values) { return found }
        values.removeSubrange(before...)
        return nil
    }
}
