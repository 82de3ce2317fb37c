#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Unbuffered, so that the text is there at once when the output is a pipe or a file.
enum StandardOutput {
    @Sendable static func write(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                #if canImport(Darwin)
                let written = Darwin.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                #elseif canImport(Glibc)
                let written = Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                #else
                let written = Musl.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                #endif
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}
