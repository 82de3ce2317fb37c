internal import TeleAlert

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Secret {
    /// The secret itself; of a file its content without the line break at the end.
    func read() throws(DeliveryFailure) -> String {
        switch self {
        case .text(let text): return text
        case .file(let path):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8), text.utf8.count <= 64 << 10 else {
                throw DeliveryFailure("\(path) cannot be read", isRetryable: true)
            }
            return String(text.prefix { !$0.isNewline })
        }
    }
}

enum Base64 {
    static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
