extension EncodedBlock {
    /// What each page takes, in bytes, by its kind and column number: for `segments dump` and benchmarks.
    package var sizes: [(name: String, bytes: Int)] {
        let bytes = bytes
        return BlockPages(meta) { Array(bytes[$0]) }.sizes
    }
}
