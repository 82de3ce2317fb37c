#if canImport(Glibc)
internal import Glibc
#endif

/// Keeps the resident memory near what is in use. glibc's allocator keeps what was freed: in an arena a thread, and,
/// once a big block was freed, for blocks up to 32 MiB where it would have given them back.
package enum Allocator {
    /// Once, before there is much in memory. Without effect where the allocator is another one.
    package static func prepare() {
        #if canImport(Glibc)
        typealias Option = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let set = unsafeBitCast(symbol, to: Option.self)
        // M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX: malloc.h, which Swift does not see.
        _ = set(-3, 4 << 20)
        _ = set(-1, 16 << 20)
        _ = set(-8, 2)
        #endif
    }

    /// Gives back what is free, after much was freed.
    package static func trim() {
        #if canImport(Glibc)
        typealias Trim = @convention(c) (Int) -> Int32
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
        #endif
    }
}
