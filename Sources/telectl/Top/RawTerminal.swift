import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The terminal while the live screen has it: keys come one by one, another screen covers what stood there. Whatever
/// ends the process but SIGKILL gives it back as it was.
struct RawTerminal: Sendable {
    /// Bytes of the keyboard come from here; `nil` where there is no terminal.
    init?() {
        guard isatty(0) == 1, isatty(1) == 1, tcgetattr(0, &TerminalRescue.modes) == 0 else { return nil }
    }

    /// Alternate screen, no cursor, no wrapping at the right edge.
    private static let enterSequence = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"

    func enter() {
        TerminalRescue.install()
        var raw = TerminalRescue.modes
        cfmakeraw(&raw)
        tcsetattr(0, TCSAFLUSH, &raw)
        Terminal.write(Array(RawTerminal.enterSequence.utf8))
    }

    func leave() { TerminalRescue.restore() }

    /// Stops the process as ctrl-z does and comes back when it goes on.
    func stop() {
        leave()
        // To this thread: sent to the process, it could stop another one while this one takes the screen back. Not
        // SIGTSTP, which the threads of the pool block.
        raise(SIGSTOP)
        enter()
    }

    static var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(min(size.ws_col, 1_000)), Int(min(size.ws_row, 500)))
    }

    enum Input: Sendable {
        case bytes([UInt8])
        case resize
        /// Nothing came for a moment after a key that may go on.
        case pause
        case end
    }

    /// Blocks a thread of its own; `deliver` says whether a key is half read.
    static func read(_ deliver: (Input) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 256)
        var isHalf = false
        while true {
            var watched = [
                pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
                pollfd(fd: TerminalRescue.resizes.reading, events: Int16(POLLIN), revents: 0),
            ]
            // A sequence's bytes come within one packet nearly always; a slow line gets 60 ms.
            let ready = poll(&watched, 2, isHalf ? 60 : -1)
            if ready < 0, errno != EINTR {
                _ = deliver(.end)
                return
            }
            if ready == 0 { isHalf = deliver(.pause) }
            if watched[1].revents != 0 {
                _ = Self.bytes(from: TerminalRescue.resizes.reading, &buffer)
                _ = deliver(.resize)
            }
            guard watched[0].revents != 0 else { continue }
            let count = Self.bytes(from: 0, &buffer)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else {
                _ = deliver(.end)
                return
            }
            isHalf = deliver(.bytes(Array(buffer.prefix(count))))
        }
    }

    private static func bytes(from descriptor: Int32, _ buffer: inout [UInt8]) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, &buffer, buffer.count)
        #elseif canImport(Musl)
        Musl.read(descriptor, &buffer, buffer.count)
        #else
        Darwin.read(descriptor, &buffer, buffer.count)
        #endif
    }
}

/// What gives the terminal back from within a signal handler: nothing here allocates or takes a lock once installed.
enum TerminalRescue {
    /// As they were; written before any handler is in place.
    nonisolated(unsafe) static var modes = termios()
    /// Attributes off, wrapping and cursor on, the first screen.
    private static let sequence = StaticString("\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l")
    private static let isCovered = Atomic<Bool>(false)
    private static let isInstalled = Atomic<Bool>(false)

    /// A byte for each change of the window's size.
    static let resizes: (reading: Int32, writing: Int32) = {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return (-1, -1) }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        return (ends[0], ends[1])
    }()

    static func install() {
        isCovered.store(true, ordering: .sequentiallyConsistent)
        guard !isInstalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
        // Made here: a handler must not be the first to use it.
        _ = resizes
        _ = sequence.utf8CodeUnitCount
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE] {
            signal(number) { number in
                TerminalRescue.restore()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        signal(SIGWINCH) { _ in
            var byte: UInt8 = 0
            _ = systemWrite(TerminalRescue.resizes.writing, &byte, 1)
        }
        // A fault of telectl's own, exit() included, passes here.
        atexit { TerminalRescue.restore() }
    }

    /// Once for each time the screen was taken.
    static func restore() {
        guard isCovered.exchange(false, ordering: .sequentiallyConsistent) else { return }
        _ = systemWrite(1, sequence.utf8Start, sequence.utf8CodeUnitCount)
        tcsetattr(0, TCSANOW, &modes)
    }
}

private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
    Glibc.write(descriptor, start, count)
    #elseif canImport(Musl)
    Musl.write(descriptor, start, count)
    #else
    Darwin.write(descriptor, start, count)
    #endif
}
