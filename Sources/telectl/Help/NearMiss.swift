import ArgumentParser

/// What someone could have meant.
enum NearMiss {
    /// The nearest of the candidates, where it is near enough to be meant: a third of the letters wrong at most.
    static func of(_ word: String, among candidates: [String]) -> String? {
        let word = word.lowercased()
        let scored = candidates.map { (name: $0, distance: distance(word, $0.lowercased())) }
        guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(1, min(word.count, best.name.count) / 3) ? best.name : nil
    }

    /// Letters added, left out, changed, or swapped with their neighbour (optimal string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        // No name is longer; what is costs nothing to compare.
        let a = Array(a.unicodeScalars.prefix(100))
        let b = Array(b.unicodeScalars.prefix(100))
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }

    /// What to say where the arguments name a command that there is not; nil where they do not.
    static func complaint(_ arguments: [String], root: any ParsableCommand.Type) -> String? {
        var command = root
        var path = [name(root)]
        for word in arguments {
            let subcommands = command.configuration.subcommands
            // An option may come with a value: only ArgumentParser knows.
            guard !subcommands.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            if let next = subcommands.first(where: { name($0) == word }) {
                command = next
                path.append(word)
                continue
            }
            if command.configuration.defaultSubcommand != nil { return nil }
            let meant = of(word, among: subcommands.map(name)).map { ". Did you mean '\($0)'?" }
            let all = path.joined(separator: " ")
            return "'\(all)' has no command '\(word)'" + (meant ?? "; '\(all) --help' lists them")
        }
        return nil
    }

    private static func name(_ command: any ParsableCommand.Type) -> String { command._commandName }
}
