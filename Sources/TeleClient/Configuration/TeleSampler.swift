/// Which traces are recorded. The decision is made where a trace starts and travels with it.
public indirect enum TeleSampler: Sendable, Equatable {
    case always
    case never
    /// This share of the traces, 0 to 1, by the trace id: every service with the same share picks the same traces.
    case ratio(Double)
    /// At most so many traces a second that start here, and as many at once after a quiet second; the count is this
    /// process' own. Below it use ``parentBased(root:)``, or parts of traces are missing.
    case rateLimited(perSecond: Double)
    /// As the caller decided; `root` decides for a trace that starts here.
    case parentBased(root: TeleSampler)
}
