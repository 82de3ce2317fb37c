import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import TeleAPI

/// Asks a teled over HTTP; every failure has been said on standard error when it throws an exit code.
struct ServerClient {
    /// Without a slash at the end.
    let address: String

    var timeout = TimeAmount.minutes(5)

    /// Most that an answer may have: a runaway query must not take the terminal's machine down.
    static let mostBytes = 512 << 20

    init?(address: String) {
        guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            return nil
        }
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
    }

    struct Answer {
        var status: Int
        var body: [UInt8]
        /// Why something is missing from it.
        var cut: String?
    }

    /// As ``request(_:_:headers:isPost:)``, but what goes wrong is said.
    func get(
        _ path: String, _ parameters: [(String, String)] = [], headers: [(String, String)] = [], isPost: Bool = false
    ) async throws -> Answer {
        do {
            return try await request(path, parameters, headers: headers, isPost: isPost)
        } catch let failure as ServerFailure {
            Terminal.complain(failure.text)
            throw failure.exitCode
        }
    }

    /// Says at once where nobody listens; the shared client tries again for 90 s.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }()

    private func request(
        _ path: String, _ parameters: [(String, String)] = [], headers: [(String, String)] = [], isPost: Bool = false
    ) async throws -> Answer {
        let query = parameters.map { "\($0.0)=\(ServerClient.escaped($0.1))" }.joined(separator: "&")
        var request = HTTPClientRequest(url: address + path + (query.isEmpty ? "" : "?" + query))
        if isPost { request.method = .POST }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return try await execute(request)
    }

    /// Sends a JSON body, or none.
    func send(_ body: [UInt8]?, to path: String, method: HTTPMethod = .POST) async throws -> Answer {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        return try await execute(request)
    }

    private func execute(_ request: HTTPClientRequest) async throws -> Answer {
        var request = request
        request.headers.add(name: "User-Agent", value: TeleVersion.userAgent)
        do {
            let response = try await ServerClient.http.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: ServerClient.mostBytes)
            return Answer(
                status: Int(response.status.code), body: Array(buffer: body),
                cut: response.headers.first(name: "X-Tele-Cut"))
        } catch is NIOTooManyBytesError {
            throw ServerFailure(
                text: "the answer has more than \(ServerClient.mostBytes >> 20) MiB; narrow the time or the query",
                exitCode: .notFound)
        } catch is CancellationError {
            throw ExitCode(130)
        } catch {
            throw ServerFailure(
                text: "can't reach \(address): \(ServerClient.reason(error)). Is teled running there? "
                    + "(start one: teled --data DIR; another address: --server URL or TELE_SERVER)",
                exitCode: .unreachable)
        }
    }

    /// The body of a 200, decoded; other statuses are said and end the program: 404 as "not found", 5xx as unreachable.
    func value<Value: Decodable>(
        _ type: Value.Type, _ path: String, _ parameters: [(String, String)] = [], headers: [(String, String)] = [],
        isPost: Bool = false
    ) async throws -> (value: Value, body: [UInt8]) {
        let answer = try await get(path, parameters, headers: headers, isPost: isPost)
        guard answer.status == 200 else { throw ServerClient.refusal(answer) }
        // Who asks for the newest 20 knows that there may be more.
        if let cut = answer.cut, !cut.hasPrefix("limit: ") { Terminal.complain(cut) }
        do {
            return (try JSONDecoder().decode(type, from: Data(answer.body)), answer.body)
        } catch {
            let failure = ServerFailure(noValue: "\(address)\(path)", type)
            Terminal.complain(failure.text)
            throw failure.exitCode
        }
    }

    /// The body of a 200, decoded; everything else is a ``ServerFailure`` that nobody has said yet.
    func fetch<Value: Decodable>(
        _ type: Value.Type, _ path: String, _ parameters: [(String, String)]
    ) async throws -> Value {
        let answer = try await request(path, parameters)
        guard answer.status == 200 else { throw ServerFailure(answer) }
        do {
            return try JSONDecoder().decode(type, from: Data(answer.body))
        } catch {
            throw ServerFailure(noValue: "\(address)\(path)", type)
        }
    }

    /// Says what the server said, and gives the exit code that goes with it.
    static func refusal(_ answer: Answer) -> ExitCode {
        let failure = ServerFailure(answer)
        Terminal.complain(failure.text)
        for candidate in failure.candidates { Terminal.complain("  \(candidate)") }
        return failure.exitCode
    }

    /// Whether a server answers at all; says nothing where none does.
    var isReachable: Bool {
        get async {
            let request = HTTPClientRequest(url: address + "/-/healthy")
            return (try? await ServerClient.http.execute(request, timeout: .seconds(2)))?.status == .ok
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? HTTPClientError {
            switch error {
            case .connectTimeout, .deadlineExceeded, .readTimeout: return "no answer in time"
            default: return error.shortDescription
            }
        }
        let text = "\(error)"
        return text.contains("Connection refused") || text.contains("ECONNREFUSED") || text.contains("errno: 111")
            ? "connection refused" : String(text.prefix(200))
    }

    /// Percent-encoding of everything but RFC 3986's unreserved characters.
    static func escaped(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                out += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return out
    }
}
