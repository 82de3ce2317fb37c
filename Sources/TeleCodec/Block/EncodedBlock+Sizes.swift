extension EncodedBlock {
    /// What each page takes, in bytes, by its kind and column number: for `segments dump` and benchmarks.
    package var sizes: [(name: String, bytes: Int)] {
        let bytes = bytes
        guard let pages = try? BlockPages(meta, readsAll: true, source: { Array(bytes[$0]) }) else { return [] }
        return pages.sizes
    }
}
