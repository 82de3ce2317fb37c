/// One log record as a line: time, level, service, text.
package struct LogLine: Sendable {
    package var time: UInt64
    package var level: LogLevel
    package var service: String
    package var text: String
    /// 32 hexadecimal digits, or "".
    package var traceID: String

    package init(time: UInt64, level: LogLevel, service: String, text: String, traceID: String) {
        self.time = time
        self.level = level
        self.service = service
        self.text = text
        self.traceID = traceID
    }

    /// `05:49:06.123 WARN  checkout  card declined  5b8efff7`; a text of several lines stays on one. `isAside`: it
    /// stands beside what was looked for.
    package func line(style: Style, serviceWidth: Int, showsDate: Bool, isAside: Bool = false) -> String {
        let clock = showsDate ? Timestamp.text(time) : Timestamp.clock(time)
        let name = TextWidth.fit(TextWidth.clean(service), to: serviceWidth)
        let trace = traceID.isEmpty ? "" : "  " + style.paint(String(TextWidth.clean(traceID).prefix(8)), .dim)
        return style.paint(clock, .dim) + " " + style.paint(level.label, level.ink) + " "
            + style.paint(name, Style.service(service)) + "  "
            + style.paint(TextWidth.isolated(TextWidth.clean(text)), isAside ? .dim : level.ink) + trace
    }
}
