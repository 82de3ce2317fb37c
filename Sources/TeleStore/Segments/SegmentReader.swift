internal import TeleCodec
internal import TeleDisk
internal import TeleModel

/// An open segment. Keeps the file open, so that a snapshot can read on after retention removed its name; the footer
/// is read when it is first needed and may be let go again (``FooterCache``).
final class SegmentReader: Sendable {
    let entry: SegmentEntry
    private let file: any DiskFile
    private let trailer: SegmentFormat.Trailer
    private let cache: FooterCache
    var blockCache: BlockCache { cache.blocks }
    private let damage: DamageLog
    /// Of a samples segment.
    let samples: SampleSegmentReader?

    init(entry: SegmentEntry, file: any DiskFile, cache: FooterCache, damage: DamageLog) throws(SegmentDamage) {
        self.entry = entry
        self.file = file
        self.cache = cache
        self.damage = damage
        let bytes: [UInt8]
        let size: Int
        do throws(DiskError) {
            size = try file.size()
            bytes = try file.read(at: size - SegmentFormat.trailerBytes, count: SegmentFormat.trailerBytes)
        } catch {
            throw SegmentDamage("\(error)")
        }
        trailer = try SegmentReader.trailer(bytes, fileSize: size, entry, file, damage)
        guard entry.signal == .samples else {
            samples = nil
            return
        }
        let length = trailer.footerOffset - SegmentFormat.headerBytes
        do throws(CodecError) {
            samples = try SampleSegmentReader(
                byteCount: max(0, length), indexes: cache.sampleIndexes,
                damage: { damage.report(entry, part: "samples at \($0.offset)", SegmentDamage($0.message)) },
                source: { range throws(CodecError) in
                    do throws(DiskError) {
                        return try file.read(at: SegmentFormat.headerBytes + range.lowerBound, count: range.count)
                    } catch {
                        throw CodecError("\(error)", at: range.lowerBound)
                    }
                })
        } catch {
            throw SegmentDamage("\(error)")
        }
    }

    /// The trailer of a published file; repaired where one bit of it is wrong and the footer then is the published one.
    private static func trailer(
        _ bytes: [UInt8], fileSize: Int, _ entry: SegmentEntry, _ file: any DiskFile, _ damage: DamageLog
    ) throws(SegmentDamage) -> SegmentFormat.Trailer {
        let failure: SegmentDamage
        do throws(SegmentDamage) {
            let trailer = try SegmentFormat.readTrailer(bytes, fileSize: fileSize)
            if trailer.footerSum == entry.footerSum { return trailer }
            failure = SegmentDamage("not the file that was published")
        } catch {
            failure = error
        }
        let repaired = Checksum.withOneBitFlipped(bytes) { bytes -> SegmentFormat.Trailer? in
            guard let trailer = try? SegmentFormat.readTrailer(bytes, fileSize: fileSize),
                trailer.footerSum == entry.footerSum,
                let footer = try? file.read(at: trailer.footerOffset, count: trailer.footerLength),
                Checksum.matches(footer, entry.footerSum, .segmentFooter)
            else { return nil }
            return trailer
        }
        guard let repaired else { throw failure }
        damage.report(entry, part: "trailer", SegmentDamage("one flipped bit was put right; nothing is lost"))
        return repaired
    }

    /// Without a manifest: what the file says of itself.
    static func entry(of file: any DiskFile, signal: Signal, id: UInt64) throws(SegmentDamage) -> (
        SegmentEntry, SegmentFooter
    ) {
        let size: Int
        let bytes: [UInt8]
        do throws(DiskError) {
            size = try file.size()
            bytes = try file.read(at: size - SegmentFormat.trailerBytes, count: SegmentFormat.trailerBytes)
        } catch {
            throw SegmentDamage("\(error)")
        }
        let trailer = try SegmentFormat.readTrailer(bytes, fileSize: size)
        let footer = try readFooter(file, trailer)
        let entry = SegmentEntry(
            signal: signal, id: id, minTime: footer.minTime, maxTime: footer.maxTime, rows: footer.rows,
            bytes: UInt64(size), lastSequence: footer.lastSequence, footerSum: trailer.footerSum)
        return (entry, footer)
    }

    /// `damage`: told of what was repaired; without it nothing is.
    private static func readFooter(
        _ file: any DiskFile, _ trailer: SegmentFormat.Trailer, damage: ((String) -> Void)? = nil
    ) throws(SegmentDamage) -> SegmentFooter {
        let bytes: [UInt8]
        do throws(DiskError) {
            bytes = try file.read(at: trailer.footerOffset, count: trailer.footerLength)
        } catch {
            throw SegmentDamage("\(error)")
        }
        guard Checksum.matches(bytes, trailer.footerSum, .segmentFooter) else {
            guard let damage, let repaired = Checksum.repaired(bytes, trailer.footerSum) else {
                throw SegmentDamage("the footer's checksum is wrong")
            }
            let footer = try SegmentFooter(encoded: repaired, end: trailer.footerOffset)
            damage("one flipped bit was put right; nothing is lost")
            return footer
        }
        return try SegmentFooter(encoded: bytes, end: trailer.footerOffset)
    }

    func footer() throws(SegmentDamage) -> SegmentFooter {
        if let known = cache.footer(entry.id) { return known }
        let footer: SegmentFooter
        do throws(SegmentDamage) {
            footer = try SegmentReader.readFooter(file, trailer) { self.report("footer", $0) }
        } catch {
            damage.report(entry, part: "footer", error)
            throw error
        }
        cache.keep(footer, id: entry.id)
        return footer
    }

    /// A part of a block; the codec checks its pages.
    func bytes(_ range: Range<Int>, of block: SegmentFooter.Block) throws(CodecError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= block.meta.byteCount else {
            throw CodecError("a page outside of its block", at: range.lowerBound)
        }
        do throws(DiskError) {
            return try file.read(at: block.offset + range.lowerBound, count: range.count)
        } catch {
            throw CodecError("\(error)", at: range.lowerBound)
        }
    }

    /// Bytes of a section that checks itself.
    func bytes(_ range: Range<Int>, of section: SegmentFooter.Section) throws(DiskError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= section.length else {
            throw DiskError(.endOfFile, "read", entry.path)
        }
        return try file.read(at: section.offset + range.lowerBound, count: range.count)
    }

    /// A whole block, its checksum verified; nil (and reported) where it is damaged.
    func block(_ index: Int, of footer: SegmentFooter) -> [UInt8]? {
        let block = footer.blocks[index]
        return read(block.offset, block.meta.byteCount, block.sum, part: "block \(index)")
    }

    /// A section's bytes, their checksum verified; nil (and reported) where they are damaged.
    func section(_ section: SegmentFooter.Section) -> [UInt8]? {
        read(section.offset, section.length, section.sum, part: "section \(section.kind) at \(section.offset)")
    }

    func report(_ part: String, _ message: String) { damage.report(entry, part: part, SegmentDamage(message)) }

    private func read(_ offset: Int, _ length: Int, _ sum: UInt32, part: String) -> [UInt8]? {
        do throws(DiskError) {
            let bytes = try file.read(at: offset, count: length)
            if Checksum.matches(bytes, sum, .segmentSection) { return bytes }
            damage.report(entry, part: part, SegmentDamage("the checksum is wrong"))
        } catch {
            damage.report(entry, part: part, SegmentDamage("\(error)"))
        }
        return nil
    }
}
