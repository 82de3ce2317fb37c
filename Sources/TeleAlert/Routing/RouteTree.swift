package import TeleModel

/// The routes of a configuration with everything inherited filled in, in the order in which they are written.
package struct RouteTree: Sendable {
    package struct Route: Sendable {
        package var receiver = ""
        package var groupBy: [String] = []
        /// `group_by: ['...']`: each set of labels is a group of its own.
        package var groupsByAll = false
        /// Milliseconds.
        package var groupWait: Int64 = 30_000
        package var groupInterval: Int64 = 300_000
        package var repeatInterval: Int64 = 4 * 3_600_000
        package var muteTimeIntervals: [String] = []
        package var activeTimeIntervals: [String] = []
        package var matchers: [Matcher] = []
        package var continues = false
        package var children: [Int] = []
        /// The matchers from the root to here: `{}/{team="a"}`. Part of group keys.
        package var key = ""
        /// As ``key``, and different for every route.
        package var identity = ""

        /// The labels that an alert is grouped by.
        package func groupLabels(_ labels: LabelSet) -> LabelSet {
            if groupsByAll { return labels }
            if groupBy.isEmpty { return .empty }
            return LabelSet(labels.pairs.filter { groupBy.contains($0.name) })
        }
    }

    /// The root is the first.
    package var routes: [Route]

    /// One route for all.
    init(receiver: String) {
        var root = Route()
        root.receiver = receiver
        (root.key, root.identity) = ("{}", "{}")
        routes = [root]
    }

    /// The routes that take an alert: depth first, left to right; a route whose children take none takes it itself.
    package func match(_ labels: LabelSet) -> [Int] {
        var out: [Int] = []
        _ = match(labels, 0, &out)
        return out
    }

    /// As deep as the tree, which is bounded.
    private func match(_ labels: LabelSet, _ index: Int, _ out: inout [Int]) -> Bool {
        let route = routes[index]
        guard route.matchers.accept(labels) else { return false }
        let before = out.count
        for child in route.children where match(labels, child, &out) && !routes[child].continues { break }
        if out.count == before { out.append(index) }
        return true
    }
}
