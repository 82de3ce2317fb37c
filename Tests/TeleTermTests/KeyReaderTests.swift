import TeleTerm
import Testing

struct KeyReaderTests {
    private static let script: [(String, [Key])] = [
        ("\u{1b}[A\u{1b}[B\u{1b}OC\u{1b}OD", [.up, .down, .right, .left]),
        ("\u{1b}[5~\u{1b}[6~\u{1b}[H\u{1b}[4~\u{1b}[1~\u{1b}OF", [.pageUp, .pageDown, .home, .end, .home, .end]),
        (
            "q/\r\n\u{7f}\u{8}\t\u{1b}[Z",
            [.character("q"), .character("/"), .enter, .enter, .backspace, .backspace, .tab, .backTab]
        ),
        ("\u{3}\u{1a}", [.control("c"), .control("z")]),
        ("é日👍", [.character("é"), .character("日"), .character("👍")]),
        ("\u{1b}[1;5A\u{1b}[200~x\u{1b}[I", [.up, .character("x")]),
    ]

    @Test func keysAsTerminalsSendThem() {
        for (text, keys) in Self.script {
            var reader = KeyReader()
            let read = reader.feed(Array(text.utf8))
            #expect(read == keys, "\(text.debugDescription)")
            #expect(!reader.isWaiting)
        }
    }

    @Test func anyPiecesGiveTheSameKeys() {
        for (text, keys) in Self.script {
            var reader = KeyReader()
            let read = text.utf8.flatMap { reader.feed([$0]) }
            #expect(read == keys, "\(text.debugDescription)")
        }
    }

    @Test func aLoneEscapeIsTheKeyOnceNothingFollows() {
        var reader = KeyReader()
        var read = reader.feed([0x1b])
        #expect(read.isEmpty && reader.isWaiting)
        read = reader.flush()
        #expect(read == [.escape] && !reader.isWaiting)
        read = reader.feed(Array("\u{1b}q".utf8))
        #expect(read == [.escape, .character("q")])
    }

    @Test func whatIsNoKeyIsDropped() {
        var reader = KeyReader()
        var read = reader.feed([0xff, 0xfe, 0x80, 0x00, 0x1c])
        #expect(read.isEmpty && !reader.isWaiting)
        for _ in 0..<100 { _ = reader.feed(Array("\u{1b}[".utf8) + Array(repeating: 0x31, count: 50)) }
        _ = reader.flush()
        read = reader.feed([0x71])
        #expect(read == [.character("q")])
    }
}
