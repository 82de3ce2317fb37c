/// A command's definition as a manual page (man(7) macros): the same text as `--help`, set for `man` and `apropos`.
struct ManPage {
    let command: CommandDefinition
    /// `["telectl", "traces"]`.
    let path: [String]
    let version: String

    /// `telectl-traces`.
    var name: String { path.joined(separator: "-") }

    var text: String {
        var out = ".TH \"\(name.uppercased())\" 1 \"\" \"tele \(ManPage.plain(version))\" \"tele\"\n"
        out += ".SH NAME\n\(ManPage.plain(name)) \\- \(ManPage.plain(command.abstract ?? ""))\n"
        out += ".SH SYNOPSIS\n" + synopsis
        if let discussion = command.discussion, !discussion.isEmpty {
            out += ".SH DESCRIPTION\n" + ManPage.paragraphs(discussion)
        }
        let shown = (command.arguments ?? []).filter(\.shouldDisplay)
        if !shown.isEmpty { out += ".SH OPTIONS\n" + shown.map(item).joined() }
        let below = command.shownSubcommands
        if !below.isEmpty {
            out += ".SH COMMANDS\n"
            for one in below {
                out += ".TP\n.BR \(ManPage.plain(name))\\-\(ManPage.plain(one.commandName)) (1)\n"
                out += ManPage.plain(one.abstract ?? "") + "\n"
            }
        }
        if path.count == 1 {
            out += ".SH ENVIRONMENT\n.TP\n.B TELE_SERVER\nThe server's address where there is no \\-\\-server.\n"
            out += ".TP\n.B NO_COLOR\nNo colour, where it is set to anything.\n"
        } else {
            out += ".SH SEE ALSO\n.BR \(ManPage.plain(path.dropLast().joined(separator: "-"))) (1)\n"
        }
        return out
    }

    private var synopsis: String {
        var out = ".B \(ManPage.plain(path.joined(separator: " ")))\n"
        if command.arguments?.contains(where: { $0.kind != "positional" && $0.shouldDisplay }) == true {
            out += "[options]\n"
        }
        if command.subcommands?.isEmpty == false { out += ".I command\n" }
        for argument in command.arguments ?? [] where argument.kind == "positional" && argument.shouldDisplay {
            let name = ManPage.plain(argument.valueName ?? "argument") + (argument.isRepeating ? "..." : "")
            out += argument.isOptional ? "[\\fI\(name)\\fR]\n" : ".I \(name)\n"
        }
        return out
    }

    private func item(_ argument: CommandDefinition.Argument) -> String {
        let names = (argument.names ?? []).map { name in
            "\\fB" + ManPage.plain(name.kind == "long" ? "--\(name.name)" : "-\(name.name)") + "\\fR"
        }
        let value = "\\fI\(ManPage.plain(argument.valueName ?? ""))\\fR"
        let head =
            switch argument.kind {
            case "positional": value
            case "option": names.joined(separator: ", ") + " " + value
            default: names.joined(separator: ", ")
            }
        var text = ManPage.plain(argument.abstract ?? "")
        if let initial = argument.defaultValue { text += " (default: \(ManPage.plain(initial)))" }
        return ".TP\n\(head)\n\(text)\n"
    }

    /// Lines that are set in are examples and stay as they are.
    private static func paragraphs(_ text: String) -> String {
        var out = ""
        var isExample = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isSetIn = line.hasPrefix("  ")
            if isSetIn != isExample { out += isSetIn ? ".PP\n.nf\n" : ".fi\n.PP\n" }
            isExample = isSetIn
            out += plain(String(line)) + "\n"
        }
        return out + (isExample ? ".fi\n" : "")
    }

    /// Nothing in it is a command of the formatter.
    static func plain(_ text: String) -> String {
        var out = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        if out.hasPrefix(".") || out.hasPrefix("'") { out = "\\&" + out }
        return out.replacing("\n.", with: "\n\\&.").replacing("\n'", with: "\n\\&'")
    }
}
