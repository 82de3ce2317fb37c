internal import TeleCodec
internal import TeleDisk
internal import TeleEngine
package import TeleModel

extension SegmentInspector {
    /// Records of a segment, in the order in which it keeps them.
    package enum Records: Sendable {
        case logs(LogBatch)
        case spans(SpanBatch)
        /// One series: unix milliseconds and values, then its native histograms.
        case series(LabelSet, times: [Int64], values: [Double], histograms: [(time: Int64, NativeHistogram)])
    }

    /// Calls with a block or a series at a time until it returns false; gives what could not be read. Deletions and the
    /// manifest are not asked: this is what the file holds.
    package func records(of segment: Segment, _ body: (Records) -> Bool) -> [String] {
        guard let name = segment.path.split(separator: "/").last, let id = SegmentEntry.id(ofName: String(name)) else {
            return ["\(segment.path) is no name of a segment"]
        }
        let damage = DamageLog()
        do throws(DiskError) {
            let file = try disk.open("\(path)/\(segment.path)")
            do throws(SegmentDamage) {
                let (entry, footer) = try SegmentReader.entry(of: file, signal: segment.signal, id: id)
                let reader = try SegmentReader(
                    entry: entry, file: file, cache: FooterCache(limit: 0), damage: damage)
                if let samples = reader.samples {
                    try SegmentInspector.series(of: samples, body)
                } else {
                    SegmentInspector.rows(of: reader, footer, body)
                }
            } catch {
                return damage.entries.map { "\($0.part): \($0.message)" } + [error.message]
            }
        } catch {
            return [error.description]
        }
        return damage.entries.map { "\($0.part): \($0.message)" }
    }

    private static func rows(of reader: SegmentReader, _ footer: SegmentFooter, _ body: (Records) -> Bool) {
        for (index, block) in footer.blocks.enumerated() {
            do throws(SegmentDamage) {
                let records: Records =
                    switch reader.entry.signal {
                    case .spans:
                        .spans(try SpanSignal.decode(block, of: reader, columns: .all, keys: nil, rows: nil))
                    default: .logs(try LogSignal.decode(block, of: reader, columns: .all, keys: nil, rows: nil))
                    }
                if !body(records) { return }
            } catch {
                reader.report("block \(index)", error.message)
            }
        }
    }

    private static func series(of segment: SampleSegmentReader, _ body: (Records) -> Bool) throws(SegmentDamage) {
        do throws(CodecError) {
            let index = try segment.segmentIndex().index
            let pass = try segment.pass(over: Array(0..<index.seriesCount), in: .min ... .max)
            var decoder = SampleChunk.Decoder()
            var columns = SampleColumns()
            var rows = HistogramColumns()
            for series in 0..<index.seriesCount {
                columns.removeAll()
                rows.removeAll()
                _ = try pass.samples(series, &decoder, &columns.times, &columns.values)
                try pass.histograms(series, &rows)
                var histograms: [(time: Int64, NativeHistogram)] = []
                for row in 0..<rows.count {
                    let bytes = Array(rows.histogram(row))
                    if let histogram = NativeHistogram(encoded: bytes.span) {
                        histograms.append((rows.times[row], histogram))
                    }
                }
                let records = Records.series(
                    index.labelSet(series), times: columns.times, values: columns.values, histograms: histograms)
                if !body(records) { return }
            }
        } catch {
            throw SegmentDamage("\(error)")
        }
    }
}
