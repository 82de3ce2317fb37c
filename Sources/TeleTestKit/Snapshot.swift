#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is drawn, compared with a file beside the test.
package enum Snapshot {
    /// nil where the lines are those of `Snapshots/NAME.txt` beside the calling file; with `TELE_RECORD=1` in the
    /// environment the file is written instead.
    package static func problem(_ lines: [String], _ name: String, file: String = #filePath) -> String? {
        let folder = file.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Snapshots"
        let path = folder + "/\(name).txt"
        let text = lines.joined(separator: "\n") + "\n"
        if getenv("TELE_RECORD") != nil {
            mkdir(folder, 0o755)
            guard let file = fopen(path, "w") else { return "can't write \(path)" }
            fputs(text, file)
            fclose(file)
            return nil
        }
        guard let file = fopen(path, "r") else { return "no snapshot \(path): run once with TELE_RECORD=1" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        let known = String(decoding: bytes, as: UTF8.self)
        return text == known ? nil : "\(path) has:\n\(known)but drawn is:\n\(text)"
    }
}
