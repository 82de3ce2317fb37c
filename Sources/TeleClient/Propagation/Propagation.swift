import TeleModel
import Tracing

/// Reads and writes trace context and baggage in the configured formats.
struct Propagation: Sendable {
    let formats: [TelePropagator]

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        for format in formats {
            switch format {
            case .traceContext:
                guard let parent = extractor.extract(key: TraceParent.header, from: carrier) else { continue }
                let state = extractor.extract(key: TraceParent.stateHeader, from: carrier)
                if let span = TraceParent.parse(parent, state: state) { context.teleSpan = span }
            case .baggage: readBaggage(BaggageHeader.header, carrier, &context, extractor)
            case .b3, .b3Multi:
                // Either form is taken whichever is written, the single one first, as Zipkin asks for.
                if let text = extractor.extract(key: B3Header.single, from: carrier), let span = B3Header.parse(text) {
                    context.teleSpan = span
                } else if let span = several(carrier, extractor) {
                    context.teleSpan = span
                }
            case .jaeger:
                if let text = extractor.extract(key: JaegerHeader.header, from: carrier),
                    let span = JaegerHeader.parse(text)
                {
                    context.teleSpan = span
                }
                readBaggage(JaegerHeader.baggage, carrier, &context, extractor)
            }
        }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        let span = context.teleSpan
        for format in formats {
            if format == .baggage || format == .jaeger {
                let baggage = context.baggage
                let header = format == .jaeger ? JaegerHeader.baggage : BaggageHeader.header
                if !baggage.isEmpty {
                    injector.inject(BaggageHeader.text(baggage), forKey: header, into: &carrier)
                }
            }
            guard let span else { continue }
            switch format {
            case .baggage: continue
            case .traceContext:
                injector.inject(TraceParent.text(span), forKey: TraceParent.header, into: &carrier)
                guard !span.traceState.isEmpty else { continue }
                injector.inject(span.traceState, forKey: TraceParent.stateHeader, into: &carrier)
            case .b3: injector.inject(B3Header.text(span), forKey: B3Header.single, into: &carrier)
            case .b3Multi:
                injector.inject(span.traceID.hex, forKey: B3Header.traceID, into: &carrier)
                injector.inject(span.spanID.hex, forKey: B3Header.spanID, into: &carrier)
                injector.inject(span.isSampled ? "1" : "0", forKey: B3Header.sampled, into: &carrier)
            case .jaeger: injector.inject(JaegerHeader.text(span), forKey: JaegerHeader.header, into: &carrier)
            }
        }
    }

    private func several<Carrier, Extract: Extractor>(_ carrier: Carrier, _ extractor: Extract) -> SpanContext?
    where Extract.Carrier == Carrier {
        // Carriers that are no HTTP headers may tell upper case from lower.
        func value(_ key: String) -> Substring? {
            (extractor.extract(key: key, from: carrier) ?? extractor.extract(key: key.lowercased(), from: carrier))?[
                ...]
        }
        guard let trace = value(B3Header.traceID), let span = value(B3Header.spanID) else { return nil }
        return B3Header.parse(
            trace: trace, span: span, sampled: value(B3Header.sampled), isDebug: value(B3Header.flags) == "1")
    }

    private func readBaggage<Carrier, Extract: Extractor>(
        _ header: String, _ carrier: Carrier, _ context: inout ServiceContext, _ extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: header, from: carrier) else { return }
        let baggage = BaggageHeader.parse(text)
        if !baggage.isEmpty { context.baggage = baggage }
    }
}
