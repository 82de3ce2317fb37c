internal import TeleEngine
internal import TeleModel

/// Metadata by metric name; the latest wins.
struct MetadataTable: Sendable {
    private(set) var rows: [MetricMetadata] = []
    private var places: [String: Int] = [:]
    /// By the hash of the name: the hash of all that was last said of it, so that repeating it costs a look-up.
    private var seen: [UInt64: UInt64] = [:]
    private(set) var byteCount = 0

    /// Whether this name was last given with just this.
    func isKnown(name: UInt64, all: UInt64) -> Bool { seen[name] == all }

    mutating func remember(name: UInt64, all: UInt64) { seen[name] = all }

    mutating func set(_ row: MetricMetadata) {
        guard row.unit.utf8.count + row.help.utf8.count + row.name.utf8.count <= SampleLimits.metadataBytes else {
            return
        }
        if let place = places[row.name] {
            rows[place] = row
        } else if rows.count < SampleLimits.metadataNames {
            places[row.name] = rows.count
            rows.append(row)
            byteCount += row.name.utf8.count + row.unit.utf8.count + row.help.utf8.count + 128
        }
    }
}
