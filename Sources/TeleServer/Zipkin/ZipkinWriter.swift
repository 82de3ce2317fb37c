import TeleAPI
import TeleModel
import TeleWire

/// A trace as a JSON list of Zipkin's spans.
struct ZipkinWriter {
    private let view: ZipkinView
    private var batch: SpanBatch { view.batch }

    init(_ batch: SpanBatch) { view = ZipkinView(batch) }

    static let kinds: [Int32: String] = [2: "SERVER", 3: "CLIENT", 4: "PRODUCER", 5: "CONSUMER"]

    func write(_ w: inout JSONWriter) {
        w.beginArray()
        for row in 0..<batch.count { write(row, &w) }
        w.endArray()
    }

    private func write(_ row: Int, _ w: inout JSONWriter) {
        w.beginObject()
        w.key("traceId")
        let id = batch.traceID(row)
        w.string(id.high == 0 ? Hex.string(id.low) : id.hex)
        if batch.parent[row] != 0 {
            w.key("parentId")
            w.string(Hex.string(batch.parent[row]))
        }
        w.key("id")
        w.string(Hex.string(batch.span[row]))
        if let kind = ZipkinWriter.kinds[batch.kind[row]] {
            w.key("kind")
            w.string(kind)
        }
        let name = view.name(row)
        if !name.isEmpty {
            w.key("name")
            w.string(name)
        }
        let timestamp = view.timestamp(row)
        if timestamp != 0 {
            w.key("timestamp")
            w.int(timestamp)
        }
        if view.duration(row) != 0 {
            w.key("duration")
            w.int(view.duration(row))
        }
        endpoint("localEndpoint", view.service(row), Zipkin.localIPKey, Zipkin.localIPv6Key, Zipkin.localPortKey, &w) {
            view.resourceValue($0, row)
        }
        endpoint(
            "remoteEndpoint", view.remoteService(row), Zipkin.peerIPKey, Zipkin.peerIPv6Key, Zipkin.peerPortKey, &w
        ) { view.value($0, row) }
        annotations(row, &w)
        let tags = view.tags(row)
        if !tags.isEmpty {
            w.key("tags")
            w.beginObject()
            for tag in tags {
                w.key(tag.key)
                w.string(tag.value)
            }
            w.endObject()
        }
        for (key, name) in [(Zipkin.debugKey, "debug"), (Zipkin.sharedKey, "shared")]
        where view.value(key, row) != nil {
            w.key(name)
            w.bool(true)
        }
        w.endObject()
    }

    private func endpoint(
        _ name: String, _ service: String, _ ipv4: String, _ ipv6: String, _ port: String, _ w: inout JSONWriter,
        _ value: (String) -> RawValue?
    ) {
        let heap = batch.core.heap
        var members: [(String, String)] = service.isEmpty ? [] : [("serviceName", service)]
        for (key, name) in [(ipv4, "ipv4"), (ipv6, "ipv6")] {
            guard let found = value(key), found.kind == .string else { continue }
            let text = heap.string(found.range)
            members.append((text.utf8.contains(UInt8(ascii: ":")) ? "ipv6" : name, text))
        }
        let number = value(port).flatMap { $0.kind == .int ? Int64(bitPattern: $0.bits) : nil } ?? 0
        guard !members.isEmpty || number != 0 else { return }
        w.key(name)
        w.beginObject()
        for (key, text) in members {
            w.key(key)
            w.string(text)
        }
        if number != 0 {
            w.key("port")
            w.int(number)
        }
        w.endObject()
    }

    private func annotations(_ row: Int, _ w: inout JSONWriter) {
        let events = batch.events.rows(of: row)
        guard !events.isEmpty else { return }
        w.key("annotations")
        w.beginArray()
        for event in events {
            w.beginObject()
            w.key("timestamp")
            w.int(batch.events.time[event] / 1000)
            w.key("value")
            w.string(batch.core.heap.string(batch.events.name[event]))
            w.endObject()
        }
        w.endArray()
    }
}
