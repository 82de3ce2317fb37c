#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The files that a pattern of a configuration names.
enum FileGlob {
    /// In the order of their names; `folder`, with a slash at its end, is where a relative pattern begins.
    static func paths(_ pattern: String, folder: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern.hasPrefix("/") ? pattern : folder + pattern, 0, nil, &found) == 0,
            let paths = found.gl_pathv
        else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
}
