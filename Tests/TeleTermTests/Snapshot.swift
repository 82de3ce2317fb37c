import TeleTerm
import TeleTestKit
import Testing

/// The widths at which everything is drawn.
let drawnWidths = [40, 80, 120, 200]

/// Compares with the file `Snapshots/NAME.txt`.
func expectSnapshot(
    _ lines: [String], _ name: String, file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(Snapshot.problem(lines, name, file: file) == nil, sourceLocation: sourceLocation)
}

/// As above; no line is wider than the terminal, and none speaks to it.
func expectSnapshot(
    _ lines: [String], _ name: String, width: Int, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    for line in lines {
        #expect(TextWidth.of(line) <= width, "\(name): \(line)", sourceLocation: sourceLocation)
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 }, "\(name)", sourceLocation: sourceLocation)
    }
    try expectSnapshot(lines, "\(name)-\(width)", file: file, sourceLocation: sourceLocation)
}
