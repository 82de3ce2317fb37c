internal import HTTPTypes
internal import Logging
internal import TeleAlert
internal import TeleDisk
internal import TeleEngine
internal import TeleModel

/// The rules of the server: from which files, over which store, and how they are exchanged while it runs.
extension Server {
    /// Takes over the rule files of a configuration, all or none of them.
    func loadRules(_ configuration: Configuration) throws(ConfigurationProblem) {
        let files = try RuleFiles(configuration)
        for warning in files.warnings { logger.warning("\(warning)") }
        builtins.services.tolerance = configuration.builtins.clockSkew
        rules.load(
            files.groups + BuiltinRules.groups(configuration, builtins), options: ruleOptions(configuration))
    }

    private func ruleOptions(_ configuration: Configuration) -> RuleOptions {
        var options = RuleOptions()
        options.interval = configuration.evaluationInterval
        options.timeout = configuration.query.timeout
        options.externalLabels = configuration.externalLabelSet
        options.hasLinks = configuration.alertLinks
        options.externalURL = configuration.externalURL
        if options.externalURL.isEmpty, let address = bound.value.http.first ?? configuration.http.first {
            options.externalURL = "http://\(address)"
        }
        while options.externalURL.hasSuffix("/") { options.externalURL.removeLast() }
        return options
    }

    /// Evaluates the rules until the task is cancelled.
    func keepRules(_ engine: any StorageEngine) async {
        await recallServices(engine)
        let limits = state.configuration.query
        let context = RuleContext(
            engine: engine, sink: alertSinks, threads: ruleThreads, clock: RuleWallClock(),
            makeBudget: { [runner] timeout in
                QueryBudget(
                    maxRows: limits.maxRows, maxBytes: limits.maxBytes, timeout: .milliseconds(timeout),
                    pool: runner.memory)
            },
            log: { [logger] event in
                logger.warning(
                    "a rule failed",
                    metadata: [
                        "file": "\(event.group.file)", "group": "\(event.group.name)", "rule": "\(event.rule ?? "")",
                        "reason": "\(event.message)",
                    ])
            })
        await rules.run(context)
    }

    /// How the configuration is read anew, by a signal or over HTTP.
    package func readsConfiguration(
        _ source: @escaping @Sendable () throws(ConfigurationProblem) -> Configuration
    ) { reloadSource.withLock { $0 = source } }

    /// Reads the configuration anew and takes it over, or nothing of it.
    package func reloadFromSource() throws(ConfigurationProblem) {
        guard let source = reloadSource.value else {
            throw ConfigurationProblem("this server has no configuration to read again")
        }
        do throws(ConfigurationProblem) { try reload(try source()) } catch {
            metrics.reloaded(false)
            logger.error("the configuration was not reloaded; the old one stays", metadata: ["reason": "\(error)"])
            throw error
        }
    }

    /// `POST /-/reload`, as Prometheus has it.
    var reloadRoute: APIRoute {
        APIRoute([.post, .put], "/-/reload") { [self] _, _ in
            do throws(ConfigurationProblem) { try reloadFromSource() } catch {
                return .text("failed to reload config: \(error)\n", status: .internalServerError)
            }
            return APIResponse(.ok, contentType: nil, body: [])
        }
    }

    func ruleMetrics(_ out: inout OwnMetrics) {
        let groups = rules.groups
        let counts = rules.metrics.current
        var states: [AlertState: Int] = [.pending: 0, .firing: 0]
        var (ruleCount, failing) = (0, 0)
        for group in groups {
            for rule in group.status.rules {
                ruleCount += 1
                if rule.health == .err { failing += 1 }
                for alert in rule.tracker.active.values { states[alert.state, default: 0] += 1 }
            }
        }
        out.gauge("teled_rules_groups", "Groups of rules.", groups.count)
        out.gauge("teled_rules", "Rules of all groups.", ruleCount)
        out.gauge("teled_rules_failing", "Rules whose last evaluation failed.", failing)
        out.family("teled_rules_alerts", .gauge, "Alerts of rules, by state.")
        for state in [AlertState.pending, .firing] { out.sample([("state", state.rawValue)], states[state] ?? 0) }
        out.counter("teled_rules_evaluations_total", "Evaluations of rules.", counts.evaluations)
        out.counter("teled_rules_evaluation_failures_total", "Evaluations that failed.", counts.failures)
        out.counter("teled_rules_group_evaluations_total", "Evaluations of groups.", counts.groupEvaluations)
        out.counter(
            "teled_rules_group_missed_total", "Evaluations left out because the one before took too long.",
            counts.missed)
        out.family("teled_rules_lateness_seconds", .histogram, "How late evaluations of groups began.")
        out.histogram(
            [], bounds: RuleHistogram.bounds, cumulative: counts.lateness.cumulative, sum: counts.lateness.sum)
        out.family("teled_rules_group_duration_seconds", .histogram, "How long evaluations of groups took.")
        out.histogram(
            [], bounds: RuleHistogram.bounds, cumulative: counts.durations.cumulative, sum: counts.durations.sum)
    }
}

extension Configuration {
    /// What templates know as `$externalLabels`.
    var externalLabelSet: LabelSet {
        LabelSet(
            externalLabels.compactMap { text in
                guard let at = text.firstIndex(of: "=") else { return nil }
                return (String(text[..<at]), String(text[text.index(after: at)...]))
            })
    }
}
