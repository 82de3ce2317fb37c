import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Compares with the file `Snapshots/NAME.txt`; with `TELE_RECORD=1` in the environment it writes the file instead.
func expectSnapshot(
    _ lines: [String], _ name: String, file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = file.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Snapshots"
    let path = folder + "/\(name).txt"
    let text = lines.joined(separator: "\n") + "\n"
    if getenv("TELE_RECORD") != nil {
        mkdir(folder, 0o755)
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        return
    }
    let file = try #require(
        fopen(path, "r"), "no snapshot \(path): run once with TELE_RECORD=1", sourceLocation: sourceLocation)
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        bytes += buffer.prefix(count)
    }
    #expect(text == String(decoding: bytes, as: UTF8.self), sourceLocation: sourceLocation)
}
