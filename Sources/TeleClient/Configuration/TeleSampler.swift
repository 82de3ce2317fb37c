/// Which traces are recorded. The decision is made where a trace starts and travels with it.
public indirect enum TeleSampler: Sendable, Equatable {
    case always
    case never
    /// This share of the traces, 0 to 1, by the trace id: every service with the same share picks the same traces.
    case ratio(Double)
    /// As the caller decided; `root` decides for a trace that starts here.
    case parentBased(root: TeleSampler)

    /// The 56 random bits of the id are held against the share, as W3C Trace Context level 2 lays down.
    func samples(traceIDLow: UInt64, parentSampled: Bool?) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .ratio(let share):
            if share >= 1 {
                true
            } else if share > 0 {
                traceIDLow & 0xff_ffff_ffff_ffff >= UInt64((1 - share) * 0x1p56)
            } else {
                false
            }
        case .parentBased(let root):
            parentSampled ?? root.samples(traceIDLow: traceIDLow, parentSampled: nil)
        }
    }
}
