internal import TeleCodec
internal import TeleDisk

/// What a ``TwinFile`` keeps.
protocol TwinContent {
    /// Of the two copies, within the data folder.
    static var names: [String] { get }
    /// Its first eight bytes.
    static var magic: [UInt8] { get }
    static var version: UInt32 { get }
    static var check: ChecksumKind { get }
    /// Rises with every change: of two readable copies the higher one counts.
    var generation: UInt64 { get }
    /// What stands between the version and the checksum.
    func encodeBody(into out: inout [UInt8])
    init(body reader: inout ByteReader) throws(CodecError)
}

/// Magic (8), format version (4), the body, the CRC-32 of all that (4).
extension TwinContent {
    func encode() -> [UInt8] {
        var out = Self.magic
        out.append(uint32: Self.version)
        encodeBody(into: &out)
        out.append(uint32: Checksum.crc32(out))
        return out
    }

    init(encoded bytes: [UInt8]) throws(TwinFailure) {
        let start = Self.magic.count + 4
        let end = bytes.count - 4
        guard start <= end, bytes.starts(with: Self.magic) else { throw .damaged }
        let version = uint32(bytes, at: start - 4)
        guard Checksum.matches(bytes.span.extracting(0..<end), uint32(bytes, at: end), Self.check) else {
            throw .damaged
        }
        if version > Self.version { throw .newerVersion(version) }
        do throws(CodecError) {
            var reader = ByteReader(bytes.span.bytes.extracting(start..<end))
            self = try Self(body: &reader)
        } catch { throw .damaged }
    }
}

private func uint32(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
}

enum TwinFailure: Error, Equatable {
    case newerVersion(UInt32)
    case damaged
}

/// A small file in two copies, each written beside, synced and renamed, so that one damaged copy costs nothing, and
/// either is a true description at every moment.
struct TwinFile<Content: TwinContent> {
    let disk: any Disk
    let folder: String

    enum Loaded {
        case none
        /// The newest readable copy, and whether the other one is the same.
        case content(Content, isEven: Bool)
        case newerVersion(UInt32)
        /// There are copies, and none is readable.
        case damaged
    }

    func load() throws(DiskError) -> Loaded {
        var best: (content: Content, bytes: [UInt8])?
        var damaged = 0
        var missing = 0
        var differs = false
        for name in Content.names {
            let bytes: [UInt8]
            do throws(DiskError) {
                let file = try disk.open("\(folder)/\(name)")
                let size = try file.size()
                guard size <= StoreLimits.manifestBytes else {
                    damaged += 1
                    continue
                }
                bytes = try file.read(at: 0, count: size)
            } catch {
                if error.code == .notFound {
                    missing += 1
                } else if error.code == .io {
                    damaged += 1
                } else {
                    throw error
                }
                continue
            }
            do throws(TwinFailure) {
                let content = try Content(encoded: bytes)
                if let best, best.bytes != bytes { differs = true }
                if content.generation >= best?.content.generation ?? 0 { best = (content, bytes) }
            } catch {
                if case .newerVersion(let version) = error { return .newerVersion(version) }
                damaged += 1
            }
        }
        if let best { return .content(best.content, isEven: damaged == 0 && missing == 0 && !differs) }
        return missing == Content.names.count ? .none : .damaged
    }

    func store(_ content: Content) throws(DiskError) {
        let bytes = content.encode()
        for name in Content.names {
            let path = "\(folder)/\(name)"
            try? disk.remove("\(path).tmp")
            let file = try disk.create("\(path).tmp")
            do throws(DiskError) {
                try file.append(bytes)
                try file.sync()
                try disk.rename("\(path).tmp", to: path)
            } catch {
                try? disk.remove("\(path).tmp")
                throw error
            }
        }
        try disk.syncFolder(folder)
    }
}
