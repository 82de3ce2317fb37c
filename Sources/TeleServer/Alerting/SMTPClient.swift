internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import TeleAlert

/// Hands one mail to an SMTP server (RFC 5321): STARTTLS where it is offered or required, implicit TLS on port 465,
/// AUTH PLAIN or LOGIN, only over TLS or to this machine.
struct SMTPClient {
    var settings: EmailSettings

    /// For the whole dialogue, and the bytes of one answer.
    private static let timeout = TimeAmount.seconds(30)
    fileprivate static let answerBytes = 64 << 10

    @concurrent
    func send(_ message: MailMessage, recipients: [String], sender: String) async throws(DeliveryFailure) {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(10))
                .connect(host: settings.host, port: settings.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if settings.port == 465 {
                            try channel.pipeline.syncOperations.addHandler(SMTPClient.tls(settings))
                        }
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            // Whatever the server does or does not say, it ends.
            let end = channel.channel.eventLoop.scheduleTask(in: SMTPClient.timeout) {
                channel.channel.close(promise: nil)
            }
            defer { end.cancel() }
            try await channel.executeThenClose { inbound, outbound in
                var dialogue = SMTPDialogue(
                    input: inbound.makeAsyncIterator(), output: outbound, channel: channel.channel)
                try await greet(&dialogue)
                try await deliver(message, recipients, sender, &dialogue)
            }
        } catch let failure as DeliveryFailure {
            throw failure
        } catch {
            throw DeliveryFailure("\(settings.host):\(settings.port): \(error)", isRetryable: true)
        }
    }

    @concurrent
    private func greet(_ dialogue: inout SMTPDialogue) async throws {
        try await dialogue.expect(220)
        var offers = try await dialogue.say("EHLO \(settings.hello)", 250)
        var isSecret = settings.port == 465
        if !isSecret, offers.contains(where: { $0.uppercased() == "STARTTLS" }) {
            try await dialogue.say("STARTTLS", 220)
            // What came in the clear behind the answer is not the server's that TLS vouches for.
            guard dialogue.isDrained else {
                throw DeliveryFailure("the server said more than it was asked before TLS", isRetryable: true)
            }
            try await dialogue.channel.eventLoop.submit { [channel = dialogue.channel, settings] in
                try channel.pipeline.syncOperations.addHandler(SMTPClient.tls(settings), position: .first)
            }.get()
            offers = try await dialogue.say("EHLO \(settings.hello)", 250)
            isSecret = true
        }
        guard isSecret || !settings.requiresTLS else {
            throw DeliveryFailure("the server offers no STARTTLS, which require_tls asks for", isRetryable: true)
        }
        try await authenticate(&dialogue, offers, isSecret: isSecret)
    }

    @concurrent
    private func authenticate(_ dialogue: inout SMTPDialogue, _ offers: [String], isSecret: Bool) async throws {
        guard let user = settings.user, !user.isEmpty else { return }
        guard let offer = offers.first(where: { $0.uppercased().hasPrefix("AUTH") })?.uppercased() else { return }
        guard isSecret || ["localhost", "127.0.0.1", "::1"].contains(settings.host) else {
            throw DeliveryFailure("a password is not sent without TLS", isRetryable: false)
        }
        let password = try settings.password?.read() ?? ""
        if offer.contains("PLAIN") {
            let text = Base64.text(Array(settings.identity.utf8) + [0] + Array(user.utf8) + [0] + Array(password.utf8))
            try await dialogue.say("AUTH PLAIN \(text)", 235)
        } else if offer.contains("LOGIN") {
            try await dialogue.say("AUTH LOGIN", 334)
            try await dialogue.say(Base64.text(Array(user.utf8)), 334)
            try await dialogue.say(Base64.text(Array(password.utf8)), 235)
        } else {
            throw DeliveryFailure("the server offers neither AUTH PLAIN nor LOGIN", isRetryable: false)
        }
    }

    @concurrent
    private func deliver(
        _ message: MailMessage, _ recipients: [String], _ sender: String, _ dialogue: inout SMTPDialogue
    ) async throws {
        try await dialogue.say("MAIL FROM:<\(sender)>", 250)
        for recipient in recipients { try await dialogue.say("RCPT TO:<\(recipient)>", 250, 251) }
        try await dialogue.say("DATA", 354)
        try await dialogue.write(message.smtpData)
        try await dialogue.expect(250)
        // It has the mail: what it says to a goodbye does not matter.
        try? await dialogue.write(Array("QUIT\r\n".utf8))
    }

    private static func tls(_ settings: EmailSettings) throws -> NIOSSLClientHandler {
        let context = try NIOSSLContext(configuration: ClientTLS.configuration(settings.tls))
        let name = settings.tls.serverName ?? settings.host
        // An address is no name that a certificate or the handshake could carry.
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
    }
}

/// Commands and their answers, one after the other.
struct SMTPDialogue {
    var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    var output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    var channel: any Channel
    private var received: [UInt8] = []

    init(
        input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        output: NIOAsyncChannelOutboundWriter<ByteBuffer>, channel: any Channel
    ) {
        self.input = input
        self.output = output
        self.channel = channel
    }

    /// Whether all that came has been read as answers.
    var isDrained: Bool { received.isEmpty }

    @concurrent
    func write(_ bytes: [UInt8]) async throws { try await output.write(ByteBuffer(bytes: bytes)) }

    /// The lines of the answer, without their codes.
    @concurrent
    @discardableResult
    mutating func say(_ line: String, _ codes: Int...) async throws -> [String] {
        try await write(Array((line + "\r\n").utf8))
        return try await answer(codes, to: String(line.prefix { $0 != " " }))
    }

    @concurrent
    mutating func expect(_ code: Int) async throws { _ = try await answer([code], to: "the connection") }

    @concurrent
    private mutating func answer(_ codes: [Int], to command: String) async throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try await line()
            guard let code = Int(line.prefix(3)) else {
                throw DeliveryFailure("\(command): no SMTP answer: \(line)", isRetryable: true)
            }
            lines.append(String(line.dropFirst(4)))
            if line.dropFirst(3).first == "-" { continue }
            guard codes.contains(code) else {
                // 5xx is for good, 4xx for now.
                throw DeliveryFailure("\(command): \(code) \(lines.joined(separator: " "))", isRetryable: code < 500)
            }
            return lines
        }
    }

    @concurrent
    private mutating func line() async throws -> String {
        while true {
            if let end = received.firstIndex(of: 0x0a) {
                let line = received[..<end]
                received.removeSubrange(...end)
                return String(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
            }
            guard received.count < SMTPClient.answerBytes, let next = try await input.next() else {
                throw DeliveryFailure("the connection ended or said too much", isRetryable: true)
            }
            received += next.readableBytesView
        }
    }
}
