import Foundation
import Testing
import Tracing

@testable import TeleClient

@Suite struct SpillTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "tele-spill-\(UUID().uuidString)"
        try await body(folder)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func make(_ range: Range<Int>, _ tele: Tele) {
        for i in range { tele.tracer.startSpan("span \(i)", context: .topLevel).end() }
    }

    private func tele(_ folder: String, _ transport: ScriptedTransport, bytes: Int = 1 << 20) -> Tele {
        let tele = Tele(
            .testing {
                $0.spill = TeleConfiguration.Spill(directory: folder)
                $0.spill?.bytes = bytes
                $0.traces.batchRecords = 10
                $0.breaker.pause = .milliseconds(20)
                $0.breaker.longestPause = .milliseconds(20)
            }, transport: transport)
        tele.start()
        return tele
    }

    @Test func whatCannotBeSentWaitsInFiles() async throws {
        try await withFolder { folder in
            let isThere = Locked(false)
            let transport = ScriptedTransport { _ in isThere.withLock { $0 } ? .accepted(rejected: 0) : .unreachable }
            let tele = tele(folder, transport)
            make(0..<100, tele)
            #expect(await tele.flush(deadline: .seconds(60)))
            let away = tele.statistics.traces
            #expect(away.spilled == 100 && away.waiting == 0 && away.queuedBytes == 0 && away.adds)
            #expect(away.spilledBytes > 0 && away.dropped == 0)
            isThere.withLock { $0 = true }
            #expect(await eventually { tele.statistics.traces.sent == 100 })
            #expect(Set(transport.names()).count == 100)
            #expect(await eventually { tele.statistics.traces.spilledBytes == 0 })
            #expect(SmallFile.names("\(folder)/0") == [])
            await tele.shutdown(deadline: .seconds(60))
        }
    }

    @Test func theNextStartSendsIt() async throws {
        try await withFolder { folder in
            let dead = ScriptedTransport { _ in .unreachable }
            let first = tele(folder, dead)
            make(0..<35, first)
            #expect(await first.shutdown(deadline: .milliseconds(300)))
            let books = first.statistics.traces
            #expect(books.spilled == 35 && books.dropped == 0 && books.adds, "\(books)")
            let transport = ScriptedTransport { _ in .accepted(rejected: 0) }
            let second = tele(folder, transport)
            #expect(await eventually { second.statistics.traces.sent == 35 })
            #expect(Set(transport.names()) == Set((0..<35).map { "span \($0)" }))
            #expect(second.statistics.traces.recovered == 35 && second.statistics.traces.adds)
            await second.shutdown(deadline: .seconds(60))
        }
    }

    @Test func aCrashLosesOnlyWhatWasInMemory() async throws {
        try await withFolder { folder in
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
                let dead = ScriptedTransport { _ in .unreachable }
                let tele = Tele(
                    .testing {
                        $0.spill = TeleConfiguration.Spill(directory: folder)
                        $0.traces.batchRecords = 10
                    }, transport: dead)
                tele.start()
                for i in 0..<40 { tele.tracer.startSpan("span \(i)", context: .topLevel).end() }
                guard await tele.flush(deadline: .seconds(60)), tele.statistics.traces.spilled == 40 else { exit(1) }
                kill(getpid(), SIGKILL)
                try await Task.sleep(for: .seconds(10))
            }
            let transport = ScriptedTransport { _ in .accepted(rejected: 0) }
            let tele = tele(folder, transport)
            #expect(await eventually { tele.statistics.traces.sent == 40 })
            #expect(Set(transport.names()).count == 40)
            await tele.shutdown(deadline: .seconds(60))
        }
    }

    @Test func damagedAndForeignFiles() async throws {
        try await withFolder { folder in
            #expect(SmallFile.makeFolder("\(folder)/0") && SmallFile.makeFolder("\(folder)/3"))
            #expect(SmallFile.write([1, 2, 3, 4, 5, 6], to: "\(folder)/0/00000000000000000001-1-7.traces"))
            #expect(SmallFile.write([], to: "\(folder)/3/00000000000000000002-1-2.traces"))
            #expect(SmallFile.write([1], to: "\(folder)/0/00000000000000000003-1-99999999999999999999.traces"))
            #expect(SmallFile.write([1], to: "\(folder)/0/readme"))
            #expect(SmallFile.write([1], to: "\(folder)/0/x.y"))
            let transport = ScriptedTransport { _ in .accepted(rejected: 0) }
            let tele = tele(folder, transport)
            #expect(await eventually { tele.statistics.traces.drops[.unreadable] == 9 })
            #expect(tele.statistics.traces.adds && tele.statistics.traces.recovered == 9)
            #expect(SmallFile.names("\(folder)/0")?.contains("readme") == true)
            await tele.shutdown(deadline: .seconds(60))
        }
    }

    @Test func theFolderHasItsBound() async throws {
        try await withFolder { folder in
            let transport = ScriptedTransport { _ in .unreachable }
            let tele = tele(folder, transport, bytes: 4_000)
            make(0..<100, tele)
            _ = await tele.flush(deadline: .milliseconds(500))
            let books = tele.statistics.traces
            #expect(books.spilledBytes <= 4_000 && books.spilled > 0 && books.adds, "\(books)")
            #expect(await tele.shutdown(deadline: .milliseconds(200)) == false)
            #expect(tele.statistics.traces.adds && tele.statistics.traces.waiting == 0)
        }
    }

    @Test func twoProcessesShareAFolder() async throws {
        try await withFolder { folder in
            let (one, two) = (SpillFolder(.init(directory: folder)), SpillFolder(.init(directory: folder)))
            await one.open()
            await two.open()
            #expect(await one.store([1], records: 1, of: .logs))
            #expect(await two.store([2], records: 1, of: .logs))
            #expect(SmallFile.names("\(folder)/0")?.count == 1 && SmallFile.names("\(folder)/1")?.count == 1)
            one.close()
            let three = SpillFolder(.init(directory: folder))
            await three.open()
            let file = try #require(three.first(.logs))
            #expect(three.totals(.logs).records == 1)
            #expect(await three.load(file) == [1])
            two.close()
            three.close()
        }
    }

    @Test func aFolderThatCannotBeMadeCostsNothing() async {
        let transport = ScriptedTransport { $0 < 2 ? .unreachable : .accepted(rejected: 0) }
        let tele = tele("/proc/nowhere", transport)
        make(0..<5, tele)
        #expect(await eventually { tele.statistics.traces.sent == 5 })
        await tele.shutdown(deadline: .seconds(60))
    }
}
