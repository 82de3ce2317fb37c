import ArgumentParser
import Foundation
import TeleTerm

/// Drives ``TopState``: keys, seconds, sizes and answers in; changed lines and requests out.
struct TopLoop {
    let client: ServerClient
    let screen: RawTerminal
    let style: Style
    let trace: String

    private enum Event: Sendable {
        case keys([Key])
        case resize, second, end
        case reply(TopRequest, TopReply)
    }

    /// A person and one server: more than these in wait means that nobody draws.
    private static let mostEvents = 1_024

    func run() async throws {
        let (events, feed) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingOldest(Self.mostEvents))
        screen.enter()
        defer { screen.leave() }
        let keyboard = Thread {
            var reader = KeyReader()
            RawTerminal.read { input in
                switch input {
                case .bytes(let bytes): feed.yield(.keys(reader.feed(bytes)))
                case .pause: feed.yield(.keys(reader.flush()))
                case .resize: feed.yield(.resize)
                case .end: feed.yield(.end)
                }
                return reader.isWaiting
            }
        }
        keyboard.start()
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                feed.yield(.second)
            }
        }
        defer { clock.cancel() }

        let address = client.address.drop { $0 != "/" }.drop { $0 == "/" }
        var state = TopState(
            server: String(address), size: RawTerminal.size, now: TimeArgument.now, trace: trace)
        var frame = Frame()
        let source = TopSource(client: client)
        func ask() {
            for request in state.requests() {
                Task { feed.yield(.reply(request, await source.answer(request))) }
            }
        }
        func draw() {
            let text = frame.update(TopScreen(state, style: style).lines(), width: state.size.width)
            if !text.isEmpty { Terminal.write(Array(text.utf8)) }
        }
        ask()
        draw()
        for await event in events {
            switch event {
            case .keys(let keys):
                for key in keys {
                    if key == .control("z") {
                        screen.stop()
                        frame.forget()
                        state.size = RawTerminal.size
                    } else {
                        state.press(key)
                    }
                }
            case .resize:
                state.size = RawTerminal.size
                frame.forget()
            case .second: state.advance(to: TimeArgument.now)
            case .end: return
            case .reply(let request, let reply): state.take(reply, to: request)
            }
            if state.isDone { return }
            ask()
            draw()
        }
    }
}
