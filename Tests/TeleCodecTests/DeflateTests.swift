import TeleModel
import TeleTestKit
import Testing

@testable import TeleCodec

@Suite struct DeflateTests {
    @Test func roundTrips() throws {
        var random = SeededGenerator(seed: 1)
        for count in [0, 1, 100, 70_000] {
            let bytes = (0..<count).map { _ in UInt8(random.below(20)) }
            for level: Int32 in [1, 6] {
                let packed = Deflate.compress(bytes, level: level)
                #expect(try Deflate.decompress(packed, count: count) == bytes)
                #expect(throws: CodecError.self) { try Deflate.decompress(packed, count: count + 1) }
            }
            let member = Gzip.compress(bytes)
            let back = try Gzip.decompress(member.span, limit: count)
            #expect(back == bytes)
            let two = member + member
            let both = try Gzip.decompress(two.span, limit: count * 2)
            #expect(both == bytes + bytes)
            if count > 0 {
                #expect(throws: GzipError.tooLarge) { try Gzip.decompress(member.span, limit: count - 1) }
                let cut = Array(member.dropLast(5))
                #expect(throws: GzipError.self) { try Gzip.decompress(cut.span, limit: count) }
            }
        }
    }

    @Test func zlibCoding() throws {
        // zlib.compress(b"hello hello hello")
        let body: [UInt8] = [120, 156, 203, 72, 205, 201, 201, 87, 200, 64, 144, 0, 58, 46, 6, 125]
        let text = try Gzip.decompress(body.span, limit: 100)
        #expect(String(decoding: text, as: UTF8.self) == "hello hello hello")
        for broken: [UInt8] in [[1, 2, 3], [], [31, 139, 8]] {
            #expect(throws: GzipError.self) { try Gzip.decompress(broken.span, limit: 100) }
        }
    }

    @Test func bombsAreBounded() {
        let bomb = Gzip.compress([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 1 << 20)
        #expect(throws: GzipError.tooLarge) { try Gzip.decompress(bomb.span, limit: 1 << 20) }
        let packed = Deflate.compress([UInt8](repeating: 0, count: 1000))
        #expect(throws: CodecError.self) { try Deflate.decompress(packed, count: 200 << 20) }
    }

    @Test func checksum() {
        #expect(Checksum.crc32(Array("123456789".utf8)) == 0xcbf4_3926)
        #expect(Checksum.crc32([]) == 0)
    }

    @Test func brokenBodies() {
        var random = SeededGenerator(seed: 4)
        let body = Gzip.compress((0..<5000).map { _ in UInt8(random.below(9)) })
        for _ in 0..<300 {
            let broken = Mutation.apply(body, &random)
            if let out = try? Gzip.decompress(broken.span, limit: 6000) { #expect(out.count <= 6000) }
        }
    }
}
