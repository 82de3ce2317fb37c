/// Every bound on what delivery holds, each with its reason.
package enum AlertingLimits {
    /// Alerts known at the same time: ten thousand rules with twenty series each.
    package static let alerts = 200_000
    /// Groups, each with a timer: beyond, an alert is refused rather than every group late.
    package static let groups = 50_000
    /// Silences that are kept, expired ones too: each alert is matched with all that are active.
    package static let silences = 10_000
    /// Matchers of one silence, route or inhibition.
    package static let matchers = 256
    /// Routes of the tree, and how deep they nest: parsing and matching recurse.
    package static let routes = 10_000
    package static let routeDepth = 64
    package static let inhibitRules = 1_000
    package static let receivers = 1_000
    package static let integrations = 100
    package static let timeIntervals = 1_000
    /// Labels, or annotations, of one alert that is posted, and their bytes together.
    package static let alertLabels = 256
    package static let alertBytes = 64 << 10
    /// Notifications that one integration may have waiting: groups beyond stay due until there is room.
    package static let queue = 256
    /// Notifications of one integration on their way at the same time; a group never has more than one.
    package static let inFlight = 8
    /// Alerts in the text of a message that people read, and the bytes of any body.
    package static let listedAlerts = 20
    package static let bodyBytes = 4 << 20
    /// Bytes of one text that a template gives: what is longer is cut. Slack takes 40,000 characters, mails more.
    package static let templatedBytes = 512 << 10
    /// Files of templates, and the bytes of one.
    package static let templateFiles = 1000
    package static let templateFileBytes = 1 << 20
    /// Texts of a comment or an author.
    package static let textBytes = 16 << 10
    /// How long an expired silence, and what was sent to whom, is remembered (milliseconds), as Alertmanager's
    /// `--data.retention`.
    package static let retention: Int64 = 120 * 3_600_000
    /// A delivery is retried at least this long (milliseconds), also where groups are flushed more often.
    package static let leastDelivery: Int64 = 10_000
    /// Failing for so long (milliseconds) is told to the other receivers.
    package static let failureGrace: Int64 = 30_000
}
