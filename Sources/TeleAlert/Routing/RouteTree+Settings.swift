internal import TeleModel

extension RouteTree {
    private static let keys = [
        "receiver", "group_by", "match", "match_re", "matchers", "mute_time_intervals", "active_time_intervals",
        "continue", "routes", "group_wait", "group_interval", "repeat_interval",
    ]

    init(_ setting: Setting) throws(AlertingProblem) {
        routes = []
        try add(setting, parent: nil, number: 0, depth: 0)
        let root = routes[0]
        if root.receiver.isEmpty { throw setting.problem("the root route must specify a default receiver") }
        if !root.matchers.isEmpty { throw setting.problem("the root route must not have any matchers") }
        if !root.muteTimeIntervals.isEmpty || !root.activeTimeIntervals.isEmpty {
            throw setting.problem("the root route must not have any time intervals")
        }
    }

    private mutating func add(
        _ setting: Setting, parent: Int?, number: Int, depth: Int
    ) throws(AlertingProblem) {
        guard depth < AlertingLimits.routeDepth else { throw setting.problem("routes are nested too deeply") }
        guard routes.count < AlertingLimits.routes else { throw setting.problem("too many routes") }
        let members = try setting.members(RouteTree.keys)
        var route = parent.map { routes[$0] } ?? Route()
        route.children = []
        route.continues = try members.bool("continue") ?? false
        if let receiver = try members.text("receiver"), !receiver.isEmpty { route.receiver = receiver }
        if let groupBy = members["group_by"] { try RouteTree.setGroupBy(groupBy, &route) }
        if let wait = members["group_wait"] { route.groupWait = try wait.duration() }
        if let interval = members["group_interval"] { route.groupInterval = try interval.duration(least: 1) }
        if let interval = members["repeat_interval"] { route.repeatInterval = try interval.duration(least: 1) }
        // Intervals are not inherited.
        route.muteTimeIntervals = try members["mute_time_intervals"]?.texts(atMost: 1000) ?? []
        route.activeTimeIntervals = try members["active_time_intervals"]?.texts(atMost: 1000) ?? []
        route.matchers = try MatcherSettings.matchers(members, "match", "match_re", "matchers")
        let text = MatcherText.text(route.matchers)
        if let parent {
            route.key = "\(routes[parent].key)/\(text)"
            route.identity = "\(routes[parent].identity)/\(text)/\(number)"
        } else {
            (route.key, route.identity) = (text, text)
        }
        let index = routes.count
        routes.append(route)
        if let parent { routes[parent].children.append(index) }
        guard let children = members["routes"] else { return }
        for (i, child) in try children.list(atMost: AlertingLimits.routes).enumerated() {
            try add(child, parent: index, number: i, depth: depth + 1)
        }
    }

    private static func setGroupBy(_ setting: Setting, _ route: inout Route) throws(AlertingProblem) {
        let names = try setting.texts(atMost: AlertingLimits.alertLabels)
        route.groupsByAll = names.contains("...")
        route.groupBy = names.filter { $0 != "..." }
        if route.groupsByAll, !route.groupBy.isEmpty {
            throw setting.problem("cannot have \"...\" and other labels at the same time")
        }
        guard Set(names).count == names.count else { throw setting.problem("has a label twice") }
        guard !names.contains("") else { throw setting.problem("has an empty label name") }
    }
}

/// Matchers of a configuration, in the older and the newer keys.
enum MatcherSettings {
    /// In the order of group keys: by name, then operation and value.
    static func matchers(
        _ members: SettingMembers, _ equal: String, _ pattern: String, _ newer: String
    ) throws(AlertingProblem) -> [Matcher] {
        var out: [Matcher] = []
        for (key, operation) in [(equal, Matcher.Operation.equal), (pattern, .matches)] {
            guard let setting = members[key] else { continue }
            for (name, value) in try setting.textPairs(atMost: AlertingLimits.matchers) {
                do { out.append(try MatcherText.make(name, operation, value)) } catch {
                    throw setting.problem(error.description)
                }
            }
        }
        if let setting = members[newer] {
            for element in try setting.list(atMost: AlertingLimits.matchers) {
                do { out += try MatcherText.parse(try element.text()) } catch let error as MatcherProblem {
                    throw element.problem(error.description)
                } catch let error as AlertingProblem {
                    throw error
                } catch {
                    throw element.problem("\(error)")
                }
            }
        }
        return out.sorted { rank($0) < rank($1) }
    }

    private static func rank(_ matcher: Matcher) -> (String, String, String) {
        (matcher.name, MatcherText.symbol(matcher.operation), matcher.value)
    }
}
