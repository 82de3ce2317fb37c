internal import TeleCodec
package import TeleDisk
internal import TeleEngine
internal import TeleModel

extension Store {
    /// Takes the folder, reads the manifest, replays what is not in segments, and starts. Blocks while it does.
    /// Needs no free space: where the disk is full the store opens, answers queries and refuses appends.
    package static func open(_ options: StoreOptions, disk: any Disk) throws(StoreOpenError) -> Store {
        do throws(DiskError) {
            try disk.createDurableFolder(options.path)
            for folder in Signal.allCases.map(\.folder) + ["wal"] { try disk.createFolder("\(options.path)/\(folder)") }
        } catch {
            throw .notWritable(error.description)
        }
        let lock: any FolderLock
        do throws(DiskError) {
            lock = try disk.lock(options.path)
        } catch {
            throw error.code == .locked ? .locked(path: options.path) : .notWritable(error.description)
        }
        if options.drive == .threads { Allocator.prepare() }
        do throws(StoreOpenError) {
            let store = try Recovery(options: options, disk: disk).run(lock)
            store.start()
            return store
        } catch {
            lock.release()
            throw error
        }
    }
}

/// What happens between taking the folder and the first append.
struct Recovery {
    let options: StoreOptions
    let disk: any Disk
    let damage: DamageLog
    private let footers: FooterCache

    init(options: StoreOptions, disk: any Disk) {
        self.options = options
        self.disk = disk
        damage = DamageLog(notice: options.notice)
        // Hours of a hundred thousand series have some 3 MB of index a segment, beside one that they share.
        footers = FooterCache(
            limit: options.memoryBudget / 8, indexes: options.memoryBudget / 6, blocks: options.cacheBytes)
    }

    func run(_ lock: any FolderLock) throws(StoreOpenError) -> Store {
        var state = StoreState()
        let isTrusted: Bool
        (state.manifest, isTrusted) = try loadManifest()
        state.isManifestStale = !isTrusted
        state.deletions = try loadDeletions()
        for entry in state.manifest.segments {
            let reader = SegmentReader.open(entry, disk: disk, root: options.path, cache: footers, damage: damage)
            if let reader { state.segments[entry.signal.index].append(reader) }
        }
        let files = try walFiles()
        let log = Store.Log(
            wal: WriteAheadLog(
                disk: disk, folder: "\(options.path)/wal", fileBytes: options.walFileBytes, closed: [],
                nextNumber: (files.last?.number ?? 0) + 1, previousNumber: nil, previousLength: 0, previousDurable: 0),
            // Above what deletions concern too, should the manifest have been rebuilt: new records are not theirs.
            nextSequence: max(
                state.manifest.sealedThrough.max() ?? 0, state.deletions.entries.map(\.through).max() ?? 0) + 1)
        let store = Store(
            options: options, disk: disk, lock: lock, log: log, state: state, footers: footers, damage: damage)
        try replay(files, into: store)
        if isTrusted { removeStrays(store) }
        return store
    }

    // MARK: Manifest

    /// The manifest, and whether files that it does not name may be removed.
    private func loadManifest() throws(StoreOpenError) -> (Manifest, Bool) {
        let file = TwinFile<Manifest>(disk: disk, folder: options.path)
        let loaded: TwinFile<Manifest>.Loaded
        do throws(DiskError) {
            // A crash may have come between the renames and their sync: what is read here has to stay true.
            try disk.syncFolder(options.path)
            loaded = try file.load()
        } catch {
            throw .notWritable(error.description)
        }
        switch loaded {
        case .newerVersion(let version): throw .newerFormat(path: "\(options.path)/manifest", version: version)
        case .content(let manifest, let isEven):
            if isEven { return (manifest, true) }
            return (manifest, (try? file.store(manifest)) != nil)
        case .none, .damaged:
            let manifest = rebuild()
            if case .none = loaded, manifest.segments.isEmpty {
                // No segment is ever written before a manifest is on disk: later, a folder without one is damaged.
                return (manifest, (try? file.store(manifest)) != nil)
            }
            damage.report(
                path: "manifest", part: "file",
                message: "both copies are damaged or missing; rebuilt from \(manifest.segments.count) segments")
            return (manifest, (try? file.store(manifest)) != nil)
        }
    }

    private func loadDeletions() throws(StoreOpenError) -> Deletions {
        let file = TwinFile<Deletions>(disk: disk, folder: options.path)
        let loaded: TwinFile<Deletions>.Loaded
        do throws(DiskError) { loaded = try file.load() } catch { throw .notWritable(error.description) }
        switch loaded {
        case .newerVersion(let version): throw .newerFormat(path: "\(options.path)/deletes", version: version)
        case .none: return Deletions()
        case .content(var deletions, let isEven):
            if !isEven {
                deletions.generation += 1
                // Where it fails, the copy that was read is as good at the next start.
                try? file.store(deletions)
            }
            return deletions
        case .damaged:
            damage.report(
                path: "deletes", part: "file",
                message: "both copies are damaged: what was deleted and is still on disk shows again; delete it again")
            return Deletions()
        }
    }

    /// The manifest that the segment files themselves tell of.
    private func rebuild() -> Manifest {
        var manifest = Manifest()
        var replaced: Set<UInt64> = []
        for signal in Signal.allCases {
            // A segment may be there whose name was never synced: once it is in the manifest, it has to stay.
            try? disk.syncFolder("\(options.path)/\(signal.folder)")
            for item in (try? disk.list("\(options.path)/\(signal.folder)")) ?? [] {
                guard let id = SegmentEntry.id(ofName: item.name) else { continue }
                manifest.nextSegment = max(manifest.nextSegment, id &+ 1)
                do throws(SegmentDamage) {
                    guard let file = try? disk.open("\(options.path)/\(signal.folder)/\(item.name)") else { continue }
                    let (entry, footer) = try SegmentReader.entry(of: file, signal: signal, id: id)
                    manifest.segments.append(entry)
                    replaced.formUnion(footer.replaces)
                    let index = signal.index
                    manifest.sealedThrough[index] = max(manifest.sealedThrough[index], entry.lastSequence)
                } catch {
                    let path = "\(signal.folder)/\(item.name)"
                    damage.report(path: path, part: "file", message: "\(error.message); set aside as *.broken")
                    try? disk.rename("\(options.path)/\(path)", to: "\(options.path)/\(path).broken")
                }
            }
        }
        manifest.segments.removeAll { replaced.contains($0.id) }
        return manifest
    }

    /// Removes files of ours that nothing names: what a crash left of segments that were not published.
    private func removeStrays(_ store: Store) {
        let named = Set(store.state.withLock { $0.manifest.segments.map(\.path) })
        for signal in Signal.allCases {
            for item in (try? disk.list("\(options.path)/\(signal.folder)")) ?? [] {
                let path = "\(signal.folder)/\(item.name)"
                let isTemporary = item.name.hasSuffix(".seg.tmp")
                let isStray = SegmentEntry.id(ofName: item.name) != nil && !named.contains(path)
                if isTemporary || isStray { try? disk.remove("\(options.path)/\(path)") }
            }
        }
        disk.removeUnfinishedBackups(of: options.path)
        for name in Manifest.names + Deletions.names { try? disk.remove("\(options.path)/\(name).tmp") }
    }

    // MARK: Write-ahead log

    private struct WALFile {
        var number: UInt64
        var file: any DiskFile
        var header: WALFormat.FileHeader?
    }

    private func walFiles() throws(StoreOpenError) -> [WALFile] {
        let folder = "\(options.path)/wal"
        var files: [WALFile] = []
        do throws(DiskError) {
            // Numbers begin anew where all files are gone: none of them may come back beside a new one of its number.
            try disk.syncFolder(folder)
            for item in try disk.list(folder) {
                guard let number = WALFormat.number(ofName: item.name) else { continue }
                let file = try disk.open("\(folder)/\(item.name)")
                var header: WALFormat.FileHeader?
                if let bytes = try? file.read(at: 0, count: WALFormat.fileHeaderBytes) {
                    switch WALFormat.readFileHeader(bytes) {
                    case .newerVersion(let version):
                        throw DiskError(.exists, "newer", "\(folder)/\(item.name)", number: Int32(clamping: version))
                    case .header(let found): header = found
                    case .damaged: break
                    }
                }
                files.append(WALFile(number: number, file: file, header: header))
            }
        } catch {
            if error.operation == "newer" {
                throw .newerFormat(path: error.path, version: UInt32(clamping: error.number))
            }
            throw .failed(error.description)
        }
        return files
    }

    /// Reads every file and puts what no segment holds into the heads, sealing as they fill: memory stays bounded.
    private func replay(_ files: [WALFile], into store: Store) throws(StoreOpenError) {
        var last: UInt64 = 0
        var closed: [WriteAheadLog.ClosedFile] = []
        var previous = (length: 0, durable: 0)
        for (index, item) in files.enumerated() {
            // Of two files one between them may be gone: removed, and this one back after a crash.
            let after = index + 1 < files.count ? files[index + 1].header : nil
            let next = after.flatMap { $0.speaks(of: item.number) ? $0 : nil }
            // Readers saw what is read here: it has to stay.
            try? item.file.sync()
            let report: WALReader.Report
            do throws(DiskError) {
                let reader = try WALReader(file: item.file, limit: next.map { Int(clamping: $0.previousLength) })
                report = try read(reader, durable: next.map { Int(clamping: $0.previousDurable) } ?? 0, &last, store)
            } catch {
                throw .failed(error.description)
            }
            // With durability `interval` records were acknowledged that a failed sync may have left unwritten.
            if let next, next.previousDurable < next.previousLength { store.log.withLock { $0.wantsSeal = true } }
            // A file that was never whole: nothing was acknowledged in it, and no other file says that it was durable.
            let isTornHeader = item.header == nil && report.records == 0 && next?.previousDurable ?? 0 == 0
            if item.header == nil, !isTornHeader {
                damage.report(
                    path: "wal/\(WALFormat.name(item.number))", part: "header",
                    message: "the header is damaged; its records are read all the same")
            }
            store.state.withLock { state in
                state.brokenWALPlaces += report.brokenPlaces + (item.header == nil && !isTornHeader ? 1 : 0)
                state.tornWALBytes += report.tornBytes
            }
            if report.brokenPlaces > 0 {
                damage.report(
                    path: "wal/\(WALFormat.name(item.number))", part: "records",
                    message: "\(report.brokenBytes) bytes in \(report.brokenPlaces) places are damaged")
            }
            closed.append(
                WriteAheadLog.ClosedFile(
                    number: item.number, lastSequence: report.lastSequence, bytes: (try? item.file.size()) ?? 0))
            previous = (report.length, report.durable)
        }
        store.log.withLock { log in
            log.wal = WriteAheadLog(
                disk: disk, folder: "\(options.path)/wal", fileBytes: options.walFileBytes, closed: closed,
                nextNumber: (files.last?.number ?? 0) + 1, previousNumber: files.last?.number,
                previousLength: previous.length, previousDurable: previous.durable)
            log.nextSequence = max(log.nextSequence, last + 1)
        }
        store.releaseLog(all: false)
    }

    private func read(
        _ reader: WALReader, durable: Int, _ last: inout UInt64, _ store: Store
    ) throws(DiskError) -> WALReader.Report {
        var newest = last
        let sealed = store.state.withLock { $0.manifest.sealedThrough }
        let report = reader.read(durable: durable) { header, payload in
            guard header.sequence > newest else { return }
            newest = header.sequence
            if header.sequence <= sealed[header.signal.index] { return }
            guard let content = Recovery.decode(header.signal, payload) else {
                damage.report(path: "wal", part: "record \(header.sequence)", message: "the batch does not decode")
                return
            }
            let isFull = store.state.withLock { state -> Bool in
                Store.apply(content, header.sequence, to: &state)
                state.replayedRecords += 1
                return state.headBytes > options.memoryBudget / 3
            }
            store.mergeSmallBatches()
            if isFull { for signal in Signal.allCases { store.seal(signal) } }
        }
        last = newest
        return report
    }

    private static func decode(_ signal: Signal, _ payload: [UInt8]) -> PendingAppend.Content? {
        switch signal {
        case .logs:
            guard let batch = try? BatchDump.decodeLogs(payload.span), batch.isComplete else { return nil }
            return .logs(HeadBatch(batch))
        case .spans:
            guard let batch = try? BatchDump.decodeSpans(payload.span), batch.isComplete else { return nil }
            return .spans(HeadBatch(batch))
        case .samples:
            guard let batch = try? BatchDump.decodeSamples(payload.span), (try? SampleHead.check(batch)) != nil else {
                return nil
            }
            return .samples(batch)
        }
    }
}
