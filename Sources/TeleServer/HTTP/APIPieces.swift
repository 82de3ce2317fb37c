internal import TeleCodec
internal import TeleDisk

/// The rest of an answer, made as the connection takes it: between two pieces no thread is held.
package protocol APIPieces: Sendable {
    /// The next piece, or nil at the end. May be empty. Called on query threads, one call after the other.
    func next() -> [UInt8]?
}

extension APIPieces {
    /// About how large a piece should be: large enough that a hop to a query thread is nothing beside it.
    package static var pieceBytes: Int { 256 << 10 }
}

/// Pieces in a gzip stream.
final class GzippedPieces: APIPieces {
    /// zlib's state, which stays where it is.
    private final class Packer {
        var gzip: GzipStream
        var isAtEnd = false

        init(_ gzip: consuming GzipStream) { self.gzip = gzip }
    }

    private let pieces: any APIPieces
    private let packer: Guarded<Packer>

    /// nil where zlib has no memory. `head`: what stands before the pieces; packed it is the second value.
    static func make(head: [UInt8], _ pieces: any APIPieces) -> (pieces: GzippedPieces, head: [UInt8])? {
        guard var gzip = GzipStream() else { return nil }
        var out: [UInt8] = []
        gzip.append(head.span, to: &out)
        return (GzippedPieces(pieces, gzip), out)
    }

    private init(_ pieces: any APIPieces, _ gzip: consuming GzipStream) {
        self.pieces = pieces
        packer = Guarded(Packer(gzip))
    }

    func next() -> [UInt8]? {
        packer.withLock { packer in
            if packer.isAtEnd { return nil }
            var out: [UInt8] = []
            if let piece = pieces.next() {
                packer.gzip.append(piece.span, to: &out)
            } else {
                packer.gzip.finish(to: &out)
                packer.isAtEnd = true
            }
            return out
        }
    }
}
