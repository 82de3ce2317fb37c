internal import TeleCodec
package import TeleDisk
internal import TeleEngine
internal import TeleModel

/// Looks at the segments of a data folder without a server and without changing anything.
package struct SegmentInspector {
    package struct Segment: Sendable, Equatable {
        package var signal: Signal
        /// Within the data folder.
        package var path: String
        package var rows: UInt64
        package var bytes: UInt64
        package var blocks: Int
        /// Unix nanoseconds.
        package var minTime: UInt64
        package var maxTime: UInt64
        /// Whether the manifest names it.
        package var isPublished: Bool
        /// Empty where nothing is wrong.
        package var problems: [String]
    }

    let path: String
    let disk: any Disk

    package init(path: String, disk: any Disk) {
        self.path = path
        self.disk = disk
    }

    /// Every segment file of the folder, and entries of the manifest whose file is missing; ordered by signal and time.
    package func list() throws(StoreOpenError) -> [Segment] { try walk(verifies: false) { _ in } }

    /// The same, with every checksum verified and every block decoded. Calls with each segment when it is done.
    package func verify(progress: (Segment) -> Void) throws(StoreOpenError) -> [Segment] {
        try walk(verifies: true, progress)
    }

    private func walk(verifies: Bool, _ progress: (Segment) -> Void) throws(StoreOpenError) -> [Segment] {
        let named = try manifest().map { Dictionary($0.segments.map { ($0.path, $0) }, uniquingKeysWith: { $1 }) }
        var missing = named ?? [:]
        var found: [Segment] = []
        for signal in Signal.allCases {
            let items: [FolderEntry]
            do throws(DiskError) {
                items = try disk.list("\(path)/\(signal.folder)")
            } catch {
                throw .failed(error.description)
            }
            for item in items {
                guard let id = SegmentEntry.id(ofName: item.name) else { continue }
                let relative = "\(signal.folder)/\(item.name)"
                missing[relative] = nil
                var segment = inspect(signal, id, relative, size: item.size, verifies: verifies)
                segment.isPublished = named?[relative] != nil
                found.append(segment)
                progress(segment)
            }
        }
        for entry in missing.values {
            let segment = Segment(
                signal: entry.signal, path: entry.path, rows: entry.rows, bytes: entry.bytes, blocks: 0,
                minTime: entry.oldestNanoseconds, maxTime: entry.newestNanoseconds, isPublished: true,
                problems: ["the manifest names it, and there is no such file"])
            found.append(segment)
            progress(segment)
        }
        return found.sorted { ($0.signal.rawValue, $0.minTime, $0.path) < ($1.signal.rawValue, $1.minTime, $1.path) }
    }

    private func manifest() throws(StoreOpenError) -> Manifest? {
        let loaded: TwinFile<Manifest>.Loaded
        do throws(DiskError) {
            loaded = try TwinFile<Manifest>(disk: disk, folder: path).load()
        } catch {
            throw .failed(error.description)
        }
        switch loaded {
        case .content(let manifest, _): return manifest
        case .newerVersion(let version): throw .newerFormat(path: "\(path)/manifest", version: version)
        case .none, .damaged: return nil
        }
    }

    private func inspect(_ signal: Signal, _ id: UInt64, _ relative: String, size: Int, verifies: Bool) -> Segment {
        var segment = Segment(
            signal: signal, path: relative, rows: 0, bytes: UInt64(max(0, size)), blocks: 0, minTime: 0, maxTime: 0,
            isPublished: false, problems: [])
        do throws(DiskError) {
            let file = try disk.open("\(path)/\(relative)")
            do throws(SegmentDamage) {
                let (entry, footer) = try SegmentReader.entry(of: file, signal: signal, id: id)
                segment.rows = entry.rows
                segment.blocks = footer.blocks.count
                segment.minTime = entry.oldestNanoseconds
                segment.maxTime = entry.newestNanoseconds
                if verifies { segment.problems = try problems(entry, footer, file) }
            } catch {
                segment.problems = [error.message]
            }
        } catch {
            segment.problems = [error.description]
        }
        return segment
    }

    private func problems(
        _ entry: SegmentEntry, _ footer: SegmentFooter, _ file: any DiskFile
    ) throws(SegmentDamage) -> [String] {
        let damage = DamageLog()
        let reader = try SegmentReader(entry: entry, file: file, cache: FooterCache(limit: 0), damage: damage)
        var rows: UInt64 = 0
        for (index, block) in footer.blocks.enumerated() {
            guard reader.block(index, of: footer) != nil else { continue }
            do throws(SegmentDamage) {
                switch entry.signal {
                case .logs:
                    rows += UInt64(try LogSignal.decode(block, of: reader, columns: .all, keys: nil, rows: nil).count)
                case .spans:
                    rows += UInt64(try SpanSignal.decode(block, of: reader, columns: .all, keys: nil, rows: nil).count)
                case .samples: break
                }
            } catch {
                reader.report("block \(index)", error.message)
            }
        }
        for section in footer.sections where section.kind != SegmentFooter.Kind.samples { _ = reader.section(section) }
        if let samples = reader.samples {
            do throws(CodecError) { try samples.verify() } catch { reader.report("samples", "\(error)") }
        } else if damage.count == 0, rows != entry.rows {
            reader.report("rows", "the blocks hold \(rows) of \(entry.rows) rows")
        }
        return damage.entries.map { "\($0.part): \($0.message)" }
    }
}
