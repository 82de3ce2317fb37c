internal import TeleDisk

extension Guarded {
    /// A copy.
    var value: State { withLock { $0 } }
}
