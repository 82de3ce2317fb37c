import ArgumentParser
import Foundation

/// Where requests go.
struct HTTPTarget: Sendable {
    let host: String
    let port: Int
    /// The request's head but for the length of the body.
    let head: String

    init(_ url: String, header: [String]) throws {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host, !host.isEmpty
        else {
            throw ValidationError("\(url) is no http:// address")
        }
        self.host = host
        port = parts.port ?? 80
        let path = (parts.path.isEmpty ? "/" : parts.path) + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        let own = ["Host: \(host):\(port)", "Content-Type: application/x-protobuf"]
        head = (["POST \(path) HTTP/1.1"] + own + header).joined(separator: "\r\n") + "\r\nContent-Length: "
    }
}

struct BlockingHTTPError: Error, CustomStringConvertible {
    let description: String
}

/// One kept connection over a plain blocking socket: so little that the server is what is measured.
struct BlockingHTTP: ~Copyable {
    private let descriptor: Int32
    private let head: String
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private static let maximumHead = 64 << 10

    init(_ target: HTTPTarget) throws {
        head = target.head
        var hints = addrinfo()
        #if canImport(Darwin)
        hints.ai_socktype = SOCK_STREAM
        #else
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(target.host, String(target.port), &hints, &found) == 0, let first = found else {
            throw BlockingHTTPError(description: "no address for \(target.host)")
        }
        defer { freeaddrinfo(first) }
        let socket = socket(first.pointee.ai_family, first.pointee.ai_socktype, first.pointee.ai_protocol)
        guard socket >= 0 else { throw BlockingHTTPError(description: "no socket") }
        guard connect(socket, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            close(socket)
            throw BlockingHTTPError(description: "can't connect to \(target.host):\(target.port)")
        }
        descriptor = socket
    }

    deinit { close(descriptor) }

    /// The status of the answer, whose body is read and dropped.
    mutating func post(_ body: [UInt8]) throws -> Int {
        try write(Array("\(head)\(body.count)\r\n\r\n".utf8))
        try write(body)
        var text: [UInt8] = []
        var end: Int?
        while end == nil {
            text += try read()
            end = BlockingHTTP.end(of: text)
            guard text.count <= BlockingHTTP.maximumHead else {
                throw BlockingHTTPError(description: "answer too long")
            }
        }
        let lines = String(decoding: text[..<(end ?? 0)], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else {
            throw BlockingHTTPError(description: "no HTTP answer")
        }
        var rest = Array(text[((end ?? 0) + 4)...])
        var length = 0
        var isChunked = false
        for line in lines.dropFirst() {
            let field = line.lowercased()
            if field.hasPrefix("content-length:") {
                length = Int(field.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
            }
            if field.hasPrefix("transfer-encoding:"), field.contains("chunked") { isChunked = true }
        }
        // A chunked body ends with a chunk of no bytes; OTLP answers are small and have no trailers.
        while isChunked ? !rest.suffix(5).elementsEqual("0\r\n\r\n".utf8) : rest.count < length { rest += try read() }
        return status
    }

    private static func end(of text: [UInt8]) -> Int? {
        guard text.count >= 4 else { return nil }
        return (0...text.count - 4).first { text[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
    }

    private func write(_ bytes: [UInt8]) throws {
        var at = 0
        while at < bytes.count {
            let sent = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: at), $0.count - at, noSignal)
            }
            guard sent > 0 else { throw BlockingHTTPError(description: "connection lost while sending") }
            at += sent
        }
    }

    private mutating func read() throws -> [UInt8] {
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { throw BlockingHTTPError(description: "connection lost while waiting for an answer") }
        return Array(buffer[..<count])
    }

    #if canImport(Darwin)
    private var noSignal: Int32 { 0 }
    #else
    private var noSignal: Int32 { Int32(MSG_NOSIGNAL) }
    #endif
}
