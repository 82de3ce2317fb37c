#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Lines for people who start the program, before there is a log.
enum StandardError {
    static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        bytes.withUnsafeBytes { buffer in
            #if canImport(Glibc)
            _ = Glibc.write(2, buffer.baseAddress, buffer.count)
            #elseif canImport(Musl)
            _ = Musl.write(2, buffer.baseAddress, buffer.count)
            #else
            _ = Darwin.write(2, buffer.baseAddress, buffer.count)
            #endif
        }
    }
}
