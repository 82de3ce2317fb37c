import TeleEngine
import TeleModel
import TeleQL
import TeleQuery
import TeleTestKit

/// Runs a script in the notation of Prometheus' promqltest: `load`, `clear` and `eval` blocks.
struct PromQLScript {
    /// What an `eval` expects.
    struct Expectation {
        var fails = false
        /// Texts of failures and annotations that must be there.
        var texts: [Text] = []
        var isOrdered = false
        var scalar: Double?
        var text: String?
        var rows: [(labels: LabelSet, values: [PromQLNotation.Value?])] = []
        var wantsWarning: Bool?
        var wantsInfo: Bool?
        /// For a range vector: the times of the expected samples.
        var rangeTimes: PromGrid?
    }

    struct Text {
        enum Kind: String {
            case fail, warn, info
        }
        var kind: Kind
        var text: String
        var isPattern: Bool

        func accepts(_ candidate: String) -> Bool {
            isPattern ? (try? Pattern(text, anchored: false))?.matches(candidate) ?? false : candidate == text
        }
    }

    struct Failure {
        var line: Int
        var query: String
        var reason: String
    }

    private let lines: [Substring]
    private var engine = MemoryEngine()
    private(set) var passed = 0
    private(set) var failures: [Failure] = []

    init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

    static func trim(_ line: Substring) -> String {
        var scalars = line.unicodeScalars[...]
        while let first = scalars.first, first == " " || first == "\t" || first == "\r" { scalars.removeFirst() }
        while let last = scalars.last, last == " " || last == "\t" || last == "\r" { scalars.removeLast() }
        return String(scalars)
    }

    mutating func run() {
        var at = 0
        while at < lines.count {
            let line = PromQLScript.trim(lines[at])
            if line.isEmpty || line.hasPrefix("#") {
                at += 1
                continue
            }
            var end = at + 1
            while end < lines.count, !PromQLScript.trim(lines[end]).isEmpty, !lines[end].hasPrefix("eval") { end += 1 }
            let block = lines[at + 1..<end].map(PromQLScript.trim).filter { !$0.hasPrefix("#") }
            if line == "clear" {
                engine = MemoryEngine()
                at += 1
            } else if line.hasPrefix("load") {
                load(line, block)
                at = end
            } else if line.hasPrefix("eval") {
                let reason = evaluate(line, block)
                if let reason {
                    failures.append(Failure(line: at + 1, query: line, reason: reason))
                } else {
                    passed += 1
                }
                at = end
            } else {
                at += 1
            }
        }
    }

    private func load(_ line: String, _ block: [String]) {
        let words = line.split(separator: " ")
        guard words.count > 1, let step = PromQLNotation.duration(words[1]) else { return }
        var classic = PromQLClassicHistograms()
        defer { if line.hasPrefix("load_with_nhcb") { classic.append(to: engine) } }
        for entry in block {
            guard let (labels, rest) = PromQLNotation.series(entry) else { continue }
            var floats: ([Int64], [Double]) = ([], [])
            var histograms: ([Int64], [NativeHistogram]) = ([], [])
            for (i, value) in PromQLNotation.values(rest).enumerated() {
                switch value {
                case .float(let value):
                    floats.0.append(Int64(i) * step)
                    floats.1.append(value)
                case .histogram(let value):
                    histograms.0.append(Int64(i) * step)
                    histograms.1.append(value)
                case nil: break
                }
            }
            if rest.hasPrefix("@st") {
                let starts = PromQLNotation.starts(rest.dropFirst(3), step)
                engine.append(labels, times: starts.0, started: starts.1)
                continue
            }
            engine.append(labels, times: floats.0, values: floats.1)
            classic.add(labels, floats.0, floats.1)
            // A storage knows which histograms go on from the one before, and says so.
            for i in histograms.1.indices.dropFirst() where histograms.1[i].resetHint == 0 {
                if !histograms.1[i].isReset(after: histograms.1[i - 1]) { histograms.1[i].resetHint = 2 }
            }
            engine.append(labels, times: histograms.0, histograms: histograms.1)
        }
    }

    /// nil where it passes, else what differs.
    private func evaluate(_ line: String, _ block: [String]) -> String? {
        var words = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: true).map(String.init)
        guard words.count >= 4 else { return "bad eval line" }
        var expectation = Expectation()
        switch words[0] {
        case "eval_fail": expectation.fails = true
        case "eval_ordered": expectation.isOrdered = true
        case "eval_warn": expectation.wantsWarning = true
        case "eval_info": expectation.wantsInfo = true
        default: break
        }
        var grid = PromGrid(start: 0, step: 0, count: 1)
        let isInstant = words[1] == "instant"
        var query = ""
        if isInstant {
            guard let time = PromQLNotation.duration(Substring(words[3])) else { return "bad time" }
            grid.start = time
            query = words.count > 4 ? words[4] : ""
        } else {
            words = line.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: true).map(String.init)
            guard words.count == 9, let from = PromQLNotation.duration(Substring(words[3])),
                let to = PromQLNotation.duration(Substring(words[5])),
                let step = PromQLNotation.duration(Substring(words[7]))
            else { return "bad range" }
            grid = PromGrid(start: from, step: step, count: Int((to - from) / max(1, step)) + 1)
            query = words[8]
        }
        for entry in block { read(entry, &expectation) }
        do {
            let parsed = try PromQuery(PromQLScript.trim(Substring(query)))
            let budget = QueryBudget()
            let answer =
                isInstant
                ? try parsed.instant(at: grid.start, snapshot: engine.snapshot(), budget: budget)
                : try parsed.range(grid, snapshot: engine.snapshot(), budget: budget)
            if expectation.fails { return "no failure" }
            if let wanted = expectation.wantsWarning, wanted == answer.warnings.isEmpty {
                return "warnings \(answer.warnings)"
            }
            if let wanted = expectation.wantsInfo, wanted == answer.infos.isEmpty { return "infos \(answer.infos)" }
            for text in expectation.texts {
                let found = text.kind == .warn ? answer.warnings : answer.infos
                // Each text must be there, and nothing that no text asks for.
                let asked = expectation.texts.filter { $0.kind == text.kind }
                guard found.contains(where: text.accepts),
                    found.allSatisfy({ one in asked.contains { $0.accepts(one) } })
                else { return "\(text.kind) \(found), not \(text.text)" }
            }
            return PromQLComparison.difference(answer, expectation, isInstant: isInstant)
        } catch {
            guard expectation.fails else { return "\(error)" }
            var message = "\(error)"
            if let failure = error as? PromFailure, case .execution(let text) = failure { message = text }
            if let wrong = expectation.texts.first(where: { !$0.accepts(message) }) {
                return "fails with \(message), not \(wrong.text)"
            }
            return nil
        }
    }

    private func read(_ entry: String, _ expectation: inout Expectation) {
        if entry.hasPrefix("expect ") {
            let words = entry.split(separator: " ", maxSplits: 2)
            if words.count > 2, let kind = Text.Kind(rawValue: String(words[1])) {
                for (prefix, isPattern) in [("msg:", false), ("regex:", true)] where words[2].hasPrefix(prefix) {
                    let text = PromQLScript.trim(words[2].dropFirst(prefix.count))
                    expectation.texts.append(Text(kind: kind, text: text, isPattern: isPattern))
                }
            }
            switch words[1] {
            case "fail": expectation.fails = true
            case "warn": expectation.wantsWarning = true
            case "no_warn": expectation.wantsWarning = false
            case "info": expectation.wantsInfo = true
            case "no_info": expectation.wantsInfo = false
            case "ordered": expectation.isOrdered = true
            case "string": expectation.text = PromQLNotation.unquoted(entry)
            case "range":
                let parts = entry.split(separator: " ")
                if parts.count > 8, let from = PromQLNotation.duration(parts[4]),
                    let to = PromQLNotation.duration(parts[6]),
                    let step = PromQLNotation.duration(parts[8])
                {
                    expectation.rangeTimes = PromGrid(
                        start: from, step: step, count: Int((to - from) / max(1, step)) + 1)
                }
            default: break
            }
            return
        }
        if let number = PromQLNotation.number(Substring(entry)) {
            expectation.scalar = number
        } else if let (labels, rest) = PromQLNotation.series(entry) {
            expectation.rows.append((labels, PromQLNotation.values(rest)))
        }
    }
}
