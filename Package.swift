// swift-tools-version: 6.2
import PackageDescription

// The rooms and who may import whom: Sources/TeleModel/TeleModel.docc/Architecture.md.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]
// Set by .ci/run. Not the default, so that a newer compiler's new warning never stops a user's build.
// Not for tests either: what Swift Testing's macros expand to has warnings of its own.
let strict: [SwiftSetting] = Context.environment["TELE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies)
}
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies)
}
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "tele",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "TeleClient", targets: ["TeleClient"]),
        .executable(name: "teled", targets: ["teled"]),
        .executable(name: "telectl", targets: ["telectl"]),
    ],
    // Off by default: a service that exports over HTTP need not build HTTP/2. .ci/run builds and tests with it.
    traits: [.trait(name: "GRPC", description: "TeleClient exports OTLP/gRPC besides OTLP/HTTP")],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        room("TeleModel"),
        room("TeleCodec", ["TeleModel", "CZlib"]),
        room("TeleDisk"),
        room("TeleWire", ["TeleModel", "TeleCodec"]),
        room("TeleQL", ["TeleModel"]),
        room("TeleEngine", ["TeleModel"]),
        room("TeleStore", ["TeleModel", "TeleCodec", "TeleDisk", "TeleEngine"]),
        room("TeleQuery", ["TeleModel", "TeleQL", "TeleEngine"]),
        room("TeleAlert", ["TeleModel", "TeleQL", "TeleEngine", "TeleQuery", yams]),
        room("TeleAPI", ["TeleModel"]),
        room("TeleTerm", ["TeleModel"]),
        // C, for #embed: what is in web/ and Dashboards/ becomes part of the program.
        .target(name: "TelePages", exclude: ["web"]),
        room(
            "TeleServer",
            [
                "TeleModel", "TeleCodec", "TeleDisk", "TeleWire", "TeleQL", "TeleEngine", "TeleStore", "TeleQuery",
                "TeleAlert", "TeleAPI", "TelePages", asyncHTTPClient, hummingbirdCore, hummingbirdHTTP2, httpTypes,
                lifecycle,
                logging, nioCore,
                nioHTTP1,
                nioPosix, nioSSL, nioWebSocket, yams,
            ]),
        room(
            "TeleClient",
            [
                "TeleModel", "TeleCodec", "TeleWire", lifecycle, logging, metrics, nioCore, nioHTTP1, nioPosix, nioSSL,
                tracing,
                .product(name: "NIOHTTP2", package: "swift-nio-http2", condition: .when(traits: ["GRPC"])),
            ]),
        room(
            "TeleDemo",
            [
                "TeleClient", asyncHTTPClient, hummingbird, httpTypes, lifecycle, logging, metrics, nioCore, nioHTTP1,
                tracing,
            ]),
        program("teled", ["TeleAPI", "TeleServer", "TeleDemo", argumentParser, lifecycle, logging]),
        program(
            "telectl",
            [
                "TeleModel", "TeleAPI", "TeleAlert", "TeleQL", "TeleTerm", "TeleStore", "TeleDisk", "TeleEngine",
                "TeleWire",
                argumentParser,
                asyncHTTPClient, nioCore,
                nioHTTP1, nioPosix, nioWebSocket,
            ]),
        program(
            "telebench",
            [
                "TeleModel", "TeleCodec", "TeleDisk", "TeleWire", "TeleEngine", "TeleStore", "TeleClient",
                argumentParser,
                logging, metrics, tracing,
            ]),
        room("TeleTestKit", ["TeleModel", "TeleDisk", "TeleEngine"]),

        tests("TeleModelTests", ["TeleModel", "TeleTestKit"]),
        tests("TeleCodecTests", ["TeleCodec", "TeleModel", "TeleTestKit"]),
        tests("TeleWireTests", ["TeleWire", "TeleModel", "TeleTestKit", protobuf], exclude: ["Protos"]),
        tests(
            "TeleStoreTests", ["TeleStore", "TeleDisk", "TeleEngine", "TeleCodec", "TeleModel", "TeleTestKit"],
            exclude: ["Golden"]),
        tests("TeleQLTests", ["TeleQL", "TeleModel", "TeleTestKit"]),
        tests(
            "TeleQueryTests", ["TeleQuery", "TeleQL", "TeleEngine", "TeleModel", "TeleTestKit"], exclude: ["Scripts"]),
        tests("TeleAlertTests", ["TeleAlert", "TeleQuery", "TeleQL", "TeleEngine", "TeleModel", "TeleTestKit"]),
        tests("TeleTermTests", ["TeleTerm", "TeleModel", "TeleTestKit"], exclude: ["Snapshots"]),
        tests(
            "TelectlTests", ["telectl", "TeleAPI", "TeleTerm", "TeleTestKit"], exclude: ["Snapshots"]),
        tests(
            "TeleServerTests",
            [
                "TeleServer", "TeleAPI", "TeleCodec", "TeleEngine", "TeleWire", "TeleModel", "TeleTestKit",
                asyncHTTPClient,
                httpTypes, lifecycle, logging, nioCore, nioHPACK, nioHTTP1, nioHTTP2, nioPosix, nioWebSocket,
            ]),
        tests(
            "TeleClientTests",
            [
                "TeleClient", "TeleCodec", "TeleDemo", "TeleModel", "TeleTestKit", "TeleWire", asyncHTTPClient,
                hummingbird,
                lifecycle, logging, metrics, nioCore, nioHTTP1, nioHTTP2, nioPosix, nioSSL, tracing,
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + settings + (target.type == .test ? [] : strict)
}

// Fuzzing (Sources/telefuzz): only where it is asked for, because flags like these keep a package from being a dependency.
if let runtime = Context.environment["TELE_FUZZ"] {
    let instrumented: Set = ["TeleModel", "TeleCodec", "TeleWire", "TeleQL"]
    for target in package.targets where instrumented.contains(target.name) {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
    }
    package.targets.append(
        .executableTarget(
            name: "telefuzz", dependencies: ["TeleCodec", "TeleModel", "TeleQL", "TeleWire"],
            linkerSettings: [.unsafeFlags([runtime, "-lstdc++"])]))
    package.products.append(.executable(name: "telefuzz", targets: ["telefuzz"]))
}
