import TeleTerm

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What standard output is: a terminal of some width that may have colour, or a pipe.
struct Terminal {
    let isTerminal: Bool
    let width: Int
    /// Of tables: who reads a pipe wants whole cells.
    let tableWidth: Int
    let style: Style

    init(width asked: Int?, noColor: Bool) {
        isTerminal = isatty(1) == 1
        width = max(40, asked ?? Terminal.windowColumns() ?? Terminal.variable("COLUMNS").flatMap { Int($0) } ?? 100)
        tableWidth = isTerminal || asked != nil ? width : 10_000
        let isDumb = Terminal.variable("TERM") == "dumb"
        let noColor = noColor || !(Terminal.variable("NO_COLOR") ?? "").isEmpty || isDumb
        style = Style(color: isTerminal && !noColor, unicode: Terminal.speaksUnicode())
    }

    /// Only a locale that is set and names another encoding asks for ASCII.
    private static func speaksUnicode() -> Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        guard let locale = names.lazy.compactMap({ variable($0) }).first(where: { !$0.isEmpty }) else { return true }
        let lower = locale.lowercased()
        return lower.contains("utf-8") || lower.contains("utf8")
    }

    private static func windowColumns() -> Int? {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Writes all of it to standard output. A reader that went away (`| head`) ends the program quietly.
    static func write(_ bytes: [UInt8]) {
        var from = 0
        bytes.withUnsafeBytes { all in
            while from < all.count {
                let count = Self.writeOnce(1, all.baseAddress?.advanced(by: from), all.count - from)
                if count <= 0 {
                    if errno == EINTR { continue }
                    exit(errno == EPIPE ? 0 : 1)
                }
                from += count
            }
        }
    }

    private static func writeOnce(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, start, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, start, count)
        #else
        Darwin.write(descriptor, start, count)
        #endif
    }

    func show(_ table: Table) { Terminal.print(table.lines(width: tableWidth, style: style)) }

    static func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        let columns = isatty(1) == 1 && variable("TERM") != "dumb" ? windowColumns() : nil
        let lines = columns.map { columns in lines.map { TextWidth.anchored($0, width: columns) } } ?? lines
        write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Diagnostics go to standard error, so that standard output carries the result only.
    static func complain(_ text: String) {
        let bytes = Array("telectl: \(text)\n".utf8)
        _ = bytes.withUnsafeBytes { writeOnce(2, $0.baseAddress, $0.count) }
    }
}
