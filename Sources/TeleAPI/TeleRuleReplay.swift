/// The answer of `POST /api/tele/v1/rules/replay?start=&end=&step=`, whose body is a rule file: when its alerting rules
/// would have been pending and firing over what is stored. Times are unix milliseconds.
package struct TeleRuleReplay: Codable, Sendable, Equatable {
    package var start: Int64
    package var end: Int64
    /// Alerting rules in the order of the file.
    package var rules: [Rule]

    package struct Rule: Codable, Sendable, Equatable {
        package var group: String
        package var name: String
        package var lang: String
        package var query: String
        /// Between two evaluations: the group's interval, or what was asked for.
        package var stepMilliseconds: Int64
        /// Why it could not be evaluated; what it would have done is not known then.
        package var error: String?
        /// Times that an alert began to fire.
        package var fired: Int
        /// Of all alerts, the longest time that one fired without an end.
        package var longestFiringMilliseconds: Int64
        package var alerts: [Alert]
        /// There were more alerts or periods than an answer has.
        package var isCut: Bool

        package init(
            group: String, name: String, lang: String, query: String, stepMilliseconds: Int64, error: String? = nil,
            fired: Int = 0, longestFiringMilliseconds: Int64 = 0, alerts: [Alert] = [], isCut: Bool = false
        ) {
            self.group = group
            self.name = name
            self.lang = lang
            self.query = query
            self.stepMilliseconds = stepMilliseconds
            self.error = error
            self.fired = fired
            self.longestFiringMilliseconds = longestFiringMilliseconds
            self.alerts = alerts
            self.isCut = isCut
        }
    }

    package struct Alert: Codable, Sendable, Equatable {
        package var labels: [String: String]
        package var periods: [Period]

        package init(labels: [String: String], periods: [Period]) {
            self.labels = labels
            self.periods = periods
        }
    }

    package struct Period: Codable, Sendable, Equatable {
        /// `pending` or `firing`.
        package var state: String
        /// The evaluation at which it began.
        package var from: Int64
        /// The first evaluation at which it was over; the end of the replay where it was not.
        package var to: Int64

        package init(state: String, from: Int64, to: Int64) {
            self.state = state
            self.from = from
            self.to = to
        }
    }

    package init(start: Int64, end: Int64, rules: [Rule]) {
        self.start = start
        self.end = end
        self.rules = rules
    }
}
