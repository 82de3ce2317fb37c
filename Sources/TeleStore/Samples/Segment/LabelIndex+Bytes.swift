internal import TeleCodec
internal import TeleModel

/// The stored form of an index: labels and series; postings follow from them.
///
/// Labels: name count, then each name: length and bytes, value count, then each value: bytes shared with the beginning
/// of the one before (varint), bytes that follow (varint), those bytes. Series: count, then each: labels shared with
/// the beginning of the one before (varint), labels that follow (varint), each as its number less the one before in
/// the series (zigzag varint; the first as it is).
extension LabelIndex {
    func encodeLabels(into out: inout [UInt8]) {
        out.append(varint: nameEnds.count)
        for name in nameEnds.indices {
            let labels = LabelIndex.slice(nameEnds, name)
            let text = labelBytes[parts(labels.lowerBound).name]
            out.append(varint: text.count)
            out += text
            out.append(varint: labels.count)
            var previous = ArraySlice<UInt8>()
            for label in labels {
                let value = labelBytes[parts(label).value]
                let shared = zip(previous, value).prefix { $0 == $1 }.count
                out.append(varint: shared)
                out.append(varint: value.count - shared)
                out += value.dropFirst(shared)
                previous = value
            }
        }
    }

    func encodeSeries(into out: inout [UInt8]) {
        out.append(varint: seriesCount)
        var previous = ArraySlice<UInt32>()
        for series in 0..<seriesCount {
            let labels = seriesLabels[LabelIndex.slice(seriesEnds, series)]
            let shared = zip(previous, labels).prefix { $0 == $1 }.count
            out.append(varint: shared)
            out.append(varint: labels.count - shared)
            var last = shared == 0 ? 0 : labels[labels.startIndex + shared - 1]
            for label in labels.dropFirst(shared) {
                out.append(varint: Varint.zigzag(Int64(label) - Int64(last)))
                last = label
            }
            previous = labels
        }
    }

    /// Reads both sections and derives the postings. The order of labels and series is checked: searches rely on it.
    init(labels: RawSpan, series: RawSpan) throws(CodecError) {
        try readLabels(labels)
        try readSeries(series)
        derive()
    }

    private mutating func readLabels(_ bytes: RawSpan) throws(CodecError) {
        var reader = ByteReader(bytes)
        var last = 0..<0
        for _ in 0..<(try reader.count("names", limit: bytes.byteCount)) {
            let name = try reader.bytes(try reader.count("name length", limit: reader.remaining))
            var value: [UInt8] = []
            for _ in 0..<(try reader.count("values", limit: reader.remaining)) {
                let shared = try reader.count("shared bytes", limit: value.count)
                let rest = try reader.bytes(try reader.count("value length", limit: reader.remaining))
                value.removeSubrange(shared...)
                value += rest
                // Front coding can grow quadratically: so much more than the section is no label table of ours.
                guard labelBytes.count + name.count + value.count <= SampleSegmentFormat.maxSectionBytes else {
                    throw reader.error("labels of more than \(SampleSegmentFormat.maxSectionBytes) bytes")
                }
                let start = labelBytes.count
                LabelSet.appendLabel(name.span, value.span, to: &labelBytes)
                labelEnds.append(labelBytes.count)
                let heap = labelBytes.span.bytes
                guard
                    labelEnds.count == 1
                        || ByteOrder.compare(heap.extracting(last), heap.extracting(start..<labelBytes.count)) < 0
                else { throw reader.error("labels out of order") }
                last = start..<labelBytes.count
            }
        }
        guard reader.isAtEnd else { throw reader.error("bytes behind the labels") }
    }

    private mutating func readSeries(_ bytes: RawSpan) throws(CodecError) {
        var reader = ByteReader(bytes)
        var previous: [UInt32] = []
        for series in 0..<(try reader.count("series", limit: bytes.byteCount)) {
            let shared = try reader.count("shared labels", limit: previous.count)
            let rest = try reader.count("labels of a series", limit: min(reader.remaining, Limits.labelsPerSeries * 16))
            // How the one before goes on; nil where it ends.
            let old = shared < previous.count ? previous[shared] : nil
            previous.removeLast(previous.count - shared)
            for _ in 0..<rest {
                let label = Int64(previous.last ?? 0) &+ Varint.unzigzag(try reader.varint())
                guard label >= 0, label < labelCount else { throw reader.error("label \(label) of \(labelCount)") }
                previous.append(UInt32(truncatingIfNeeded: label))
            }
            guard series == 0 || (rest > 0 && old.map { $0 < previous[shared] } ?? true) else {
                throw reader.error("series out of order")
            }
            guard seriesLabels.count + previous.count <= SampleSegmentFormat.maxSectionBytes / 4 else {
                throw reader.error("series of more than \(SampleSegmentFormat.maxSectionBytes) bytes")
            }
            seriesLabels += previous
            seriesEnds.append(seriesLabels.count)
        }
        guard reader.isAtEnd else { throw reader.error("bytes behind the series") }
    }
}
