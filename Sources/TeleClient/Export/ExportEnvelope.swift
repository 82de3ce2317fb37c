import TeleWire

/// The body of an Export*ServiceRequest: field 1 is the resource's records {resource 1, scope's records 2}, and these
/// are {scope 1, record 2}. The numbers are the same for traces, metrics and logs.
struct ExportEnvelope: Sendable {
    /// The Resource message.
    private let resource: [UInt8]

    init(_ configuration: TeleConfiguration, instanceID: String) {
        var attributes: [(String, (inout ProtobufWriter) -> Void)] = [
            ("service.name", { $0.text(configuration.serviceName) }),
            ("service.instance.id", { $0.text(instanceID) }),
            ("telemetry.sdk.name", { $0.text("tele") }),
            ("telemetry.sdk.language", { $0.text("swift") }),
            ("telemetry.sdk.version", { $0.text(Tele.version) }),
            ("process.pid", { $0.int(Process.id) }),
            ("process.executable.name", { $0.text(Process.executableName) }),
        ]
        if let host = Process.hostName { attributes.append(("host.name", { $0.text(host) })) }
        var writer = ProtobufWriter()
        for (key, value) in attributes where configuration.resource[key] == nil { writer.attribute(1, key, value) }
        for (key, value) in configuration.resource.sorted(by: { $0.key < $1.key }) {
            writer.attribute(1, key, text: value)
        }
        resource = writer.bytes
    }

    func body(_ items: [ExportItem]) -> [UInt8] {
        var scopes: [String: [Int]] = [:]
        var order: [String] = []
        for (i, item) in items.enumerated() {
            if scopes[item.scope] == nil { order.append(item.scope) }
            scopes[item.scope, default: []].append(i)
        }
        var writer = ProtobufWriter(capacity: items.reduce(resource.count + 256) { $0 + $1.bytes.count + 8 })
        writer.message(1) { outer in
            outer.bytes(1, resource)
            for scope in order {
                outer.message(2) { group in
                    group.message(1) { $0.string(1, scope, limit: ClientLimits.nameBytes) }
                    for i in scopes[scope] ?? [] { group.bytes(2, items[i].bytes) }
                }
            }
        }
        return writer.bytes
    }
}
