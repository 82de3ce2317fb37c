package import Logging
internal import TeleAPI
internal import TeleDisk

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The server's own log: one event a line on standard error, text on a terminal and JSON otherwise. A line is one
/// write, so that lines of several threads do not mix.
package struct StandardErrorLog: LogHandler {
    package enum Form: Sendable {
        case text
        case json
    }

    /// The level of all loggers that use this handler: it may change at a reload.
    private static let sharedLevel = Guarded(Logger.Level.info)

    private let label: String
    private let form: Form
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?

    package init(label: String, form: Form) {
        self.label = label
        self.form = form
    }

    package static func form(_ format: Configuration.LogFormat) -> Form {
        switch format {
        case .text: .text
        case .json: .json
        case .auto: isatty(2) == 1 ? .text : .json
        }
    }

    package static func setLevel(_ name: String) {
        let level = Logger.Level(rawValue: name) ?? .info
        sharedLevel.withLock { $0 = level }
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? StandardErrorLog.sharedLevel.value }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let metadataProvider { all.merge(metadataProvider.get()) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        var line = render(event.level, "\(event.message)", all, nanoseconds: WallClock.nanoseconds)
        line.append(0x0a)
        line.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = write(2, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                guard written > 0 else { return }
                done += written
            }
        }
    }

    /// One line without its end.
    func render(_ level: Logger.Level, _ message: String, _ all: Logger.Metadata, nanoseconds: UInt64) -> [UInt8] {
        let seconds = CalendarTime(unixSeconds: Int(nanoseconds / 1_000_000_000)).iso
        let fraction = "\(1000 + nanoseconds / 1_000_000 % 1000)".dropFirst()
        let time = "\(seconds).\(fraction)Z"
        let pairs = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        switch form {
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            for (key, value) in [("time", time), ("level", level.rawValue), ("message", message)] + pairs {
                writer.key(key)
                writer.string(value)
            }
            writer.endObject()
            return writer.bytes
        case .text:
            let padding = String(repeating: " ", count: max(1, 9 - level.rawValue.utf8.count))
            let fields = pairs.map { " \($0)=\(StandardErrorLog.quoted($1))" }.joined()
            return Array("\(time) \(level.rawValue)\(padding)\(StandardErrorLog.oneLine(message))\(fields)".utf8)
        }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d }
        guard !isPlain else { return oneLine(value) }
        var writer = JSONWriter()
        writer.string(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func oneLine(_ text: String) -> String {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7f }
            ? String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) }) : text
    }
}
