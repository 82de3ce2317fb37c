internal import TeleEngine
internal import TeleModel
internal import TeleQuery

/// Runs the tests of a file over the groups of its rule files: rules are evaluated from the beginning on, each interval,
/// all groups one after the other, whatever intervals they name.
package struct RuleTestRun: Sendable {
    let file: RuleTestFile
    let groups: [RuleGroup]

    /// Evaluations of one test.
    private static let mostSteps: Int64 = 1_000_000
    private static let samplesOfAppend = 100_000

    /// `groups` of all rule files, in their order.
    package init(_ file: RuleTestFile, groups: [RuleGroup]) {
        self.file = file
        let order = Dictionary(uniqueKeysWithValues: file.groupOrder.enumerated().map { ($1, $0) })
        let keyed = groups.enumerated().map { (place: order[$1.name] ?? .max, number: $0, group: $1) }
        self.groups = keyed.sorted { ($0.place, $0.number) < ($1.place, $1.number) }.map(\.group)
    }

    /// What is not as expected; nothing where the test passes. The context's store has the test's lines and spans and
    /// nothing else, and keeps what it is given for as long as it likes.
    package func failures(of test: RuleTest, _ context: RuleContext) async -> [RuleTestFailure] {
        guard test.end / file.interval <= RuleTestRun.mostSteps else {
            return [RuleTestFailure("takes more than \(RuleTestRun.mostSteps) evaluations", line: nil)]
        }
        do throws(EngineError) { try await store(test, context.engine) } catch {
            return [RuleTestFailure("the series can't be stored: \(RuleQueryError(error).message)", line: nil)]
        }
        var options = RuleOptions()
        options.interval = test.interval
        options.externalLabels = test.externalLabels
        options.externalURL = test.externalURL
        let running = groups.map { RunningGroup($0, options: options) }
        for group in running { group.skipRestoration() }
        var failures: [RuleTestFailure] = []
        var cases = test.alertCases.sorted { $0.time < $1.time }[...]
        var time: Int64 = 0
        while time <= test.end {
            for group in running {
                await group.evaluate(at: time, context)
                for (rule, status) in zip(group.group.rules, group.status.rules) where status.health == .err {
                    failures.append(
                        RuleTestFailure(
                            "rule \(rule.name) fails at \(RuleTestFailure.text(time)): \(status.lastError)", line: nil))
                }
            }
            if !failures.isEmpty, failures.contains(where: \.isOfRule) { return failures }
            while let next = cases.first, next.time < time.addingSaturated(file.interval) {
                cases = cases.dropFirst()
                if let failure = RuleTestRun.failure(next, running) { failures.append(failure) }
            }
            time += file.interval
        }
        for one in test.expressionCases {
            if let failure = await failure(one, context) { failures.append(failure) }
        }
        return failures
    }

    private func store(_ test: RuleTest, _ engine: any StorageEngine) async throws(EngineError) {
        var writer = SampleWriter()
        for series in test.series {
            let name = series.labels["__name__"] ?? ""
            var last: NativeHistogram?
            for (number, value) in series.values.enumerated() {
                let time = Int64(number).multipliedReportingOverflow(by: test.interval).partialValue
                switch value {
                case .float(let value): writer.add(series.labels, name: name, time: time, value: value)
                case .histogram(var value):
                    // A storage knows which histograms go on from the one before, and says so.
                    if value.resetHint == 0, let last, !value.isReset(after: last) { value.resetHint = 2 }
                    writer.add(series.labels, name: name, time: time, histogram: value)
                    last = value
                case nil: break
                }
            }
            guard writer.batch.count > RuleTestRun.samplesOfAppend else { continue }
            try await engine.append(writer.batch)
            writer = SampleWriter()
        }
        if !writer.isEmpty { try await engine.append(writer.batch) }
    }

    // MARK: Cases

    private static func failure(_ wanted: RuleTest.AlertCase, _ groups: [RunningGroup]) -> RuleTestFailure? {
        var found: [RuleTest.Expected] = []
        for group in groups {
            for (rule, status) in zip(group.group.rules, group.status.rules)
            where rule.kind == .alert && rule.name == wanted.name {
                for alert in status.tracker.current where alert.state == .firing {
                    found.append(RuleTest.Expected(labels: alert.labels, annotations: alert.annotations))
                }
            }
        }
        return RuleTestFailure.difference(
            "alert \(wanted.name) at \(RuleTestFailure.text(wanted.time))", line: wanted.line,
            wanted: wanted.alerts.map(\.text), found: found.map(\.text))
    }

    private func failure(_ wanted: RuleTest.ExpressionCase, _ context: RuleContext) async -> RuleTestFailure? {
        let title = "\(wanted.expression) at \(RuleTestFailure.text(wanted.time))"
        do throws(RuleQueryError) {
            let query = try RuleQuery(wanted.expression, wanted.language, window: wanted.window)
            let budget = context.makeBudget(120_000)
            let vector = try query.vector(at: wanted.time, snapshot: context.engine.snapshot(), budget: budget)
            return difference(title, wanted, vector)
        } catch { return RuleTestFailure("\(title): \(error.message)", line: wanted.line) }
    }

    private func difference(
        _ title: String, _ wanted: RuleTest.ExpressionCase, _ vector: RuleVector
    ) -> RuleTestFailure? {
        var found = vector.samples.map { sample in
            RuleTest.Sample(
                labels: sample.labels, value: sample.histogram.map(PromNotation.Value.histogram) ?? .float(sample.value)
            )
        }
        var missing: [RuleTest.Sample] = []
        for sample in wanted.samples {
            if let place = found.firstIndex(where: { $0.isSame(as: sample, isFuzzy: file.isFuzzy) }) {
                found.remove(at: place)
            } else {
                missing.append(sample)
            }
        }
        if missing.isEmpty, found.isEmpty { return nil }
        return RuleTestFailure(title, line: wanted.line, missing: missing.map(\.text), extra: found.map(\.text))
    }
}
