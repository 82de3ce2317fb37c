public import CoreMetrics

/// Makes counters, gauges and histograms. The same label with the same dimensions is the same series, however often
/// it is made; nothing about a label, a dimension or a value can trap.
public struct TeleMetricsFactory: MetricsFactory {
    let registry: MetricRegistry

    init(_ registry: MetricRegistry) { self.registry = registry }

    init(_ configuration: TeleConfiguration) {
        registry = MetricRegistry(configuration)
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        registry.series(.counter, label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        registry.series(.floatCounter, label, dimensions)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        registry.series(.gauge, label, dimensions)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        registry.series(aggregate ? .histogram : .gauge, label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        registry.series(.timer, label, dimensions)
    }

    public func destroyCounter(_ handler: any CounterHandler) { registry.remove(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { registry.remove(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { registry.remove(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { registry.remove(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { registry.remove(handler) }
}
