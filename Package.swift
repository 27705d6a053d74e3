// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target.
///
/// All upcoming features of the language are on and warnings are errors. Pure targets also prove their memory safety;
/// the others call C libraries or sockets, which cannot. Optimised, what is `public` in one module is specialized and
/// inlined in the others.
func settings(pure: Bool = false) -> [SwiftSetting] {
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .treatAllWarnings(as: .error),
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ] + (pure ? [.strictMemorySafety()] : [])
}

func pure(_ name: String, _ dependencies: [Target.Dependency] = [], linking libraries: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: settings(pure: true),
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

func shell(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings())
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings())
}

/// Deciding makes many small objects that soon go again, with which jemalloc is faster than glibc's `malloc` (decision 0032).
let allocator = LinkerSetting.linkedLibrary("jemalloc", .when(platforms: [.linux]))

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "kizuna",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "kizuna", targets: ["kizuna"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        pure("CEL", linking: ["m"]),
        pure("JSON"),
        pure("Time"),
        pure("Ledger", ["Time"]),
        shell("Rules", ["CEL", "Time", yams]),
        pure("Loyalty", ["Ledger", "Rules", "Time"]),
        shell("Engine", ["Ledger", "Loyalty", "Rules", "Time", crypto, logging, metrics]),
        shell("Prometheus", [coreMetrics]),
        pure("RPC", ["JSON"]),
        shell("Methods", ["Engine", "JSON", "Ledger", "Loyalty", "RPC", "Rules", "Time", logging, metrics]),
        shell("Server", ["Engine", "Ledger", "Methods", "RPC", "Time", logging, nioCore, nioPosix, nioSSL]),
        shell(
            "HTTP",
            [
                "Engine", "Methods", "RPC", "Server", httpTypes, hummingbird, hummingbirdCore, lifecycle, logging,
                nioCore,
                nioHTTPTypes, nioPosix,
            ]),
        shell("MemoryStore", ["Engine", "Ledger", "Loyalty", "Rules", "Time"]),
        shell("StoreForms", ["Engine", "JSON", "Ledger", "Loyalty", "Rules", "Time"]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        shell(
            "PostgresStore", ["CPostgres", "Engine", "JSON", "Ledger", "Loyalty", "Rules", "StoreForms", "Time"],
            resources: [
                .embedInCode("Migrations/0001-ledger.sql"), .embedInCode("Migrations/0005-tiers.sql"),
                .embedInCode("Migrations/0008-due.sql"), .embedInCode("Migrations/0010-keys.sql"),
                .embedInCode("Migrations/0011-privacy.sql"),
                .embedInCode("Migrations/0012-members.sql"), .embedInCode("Migrations/0013-bonds.sql"),
                .embedInCode("Migrations/0014-tills.sql"), .embedInCode("Migrations/0015-revocations.sql"),
                .embedInCode("Migrations/0016-salts.sql"),
            ]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        shell(
            "SQLiteStore",
            ["CSQLite", "Engine", "JSON", "Ledger", "Loyalty", "Rules", "StoreForms", "Time", grdb, sqlite],
            resources: [
                .embedInCode("Migrations/0001-ledger.sql"), .embedInCode("Migrations/0002-rules.sql"),
                .embedInCode("Migrations/0003-versions.sql"), .embedInCode("Migrations/0004-operations.sql"),
                .embedInCode("Migrations/0005-tiers.sql"), .embedInCode("Migrations/0008-due.sql"),
                .embedInCode("Migrations/0010-keys.sql"), .embedInCode("Migrations/0011-privacy.sql"),
                .embedInCode("Migrations/0012-members.sql"),
                .embedInCode("Migrations/0013-bonds.sql"), .embedInCode("Migrations/0014-tills.sql"),
                .embedInCode("Migrations/0015-revocations.sql"), .embedInCode("Migrations/0016-salts.sql"),
            ]),
        shell("Simulator", ["Engine", "Ledger", "Loyalty", "MemoryStore", "Rules", "Time", logging]),
        shell("Client", ["JSON", "RPC", nioCore, nioPosix, nioSSL]),
        .executableTarget(
            name: "kizuna",
            dependencies: [
                "CEL", "Client", "Engine", "HTTP", "JSON", "Ledger", "Loyalty", "Methods", "PostgresStore",
                "Prometheus", "RPC", "Rules",
                "SQLiteStore", "Server",
                "Time", argumentParser, lifecycle, logging, metrics, nioCore, unixSignals, yams,
            ], swiftSettings: settings(), linkerSettings: [allocator]),
        .executableTarget(
            name: "kizuna-simulate",
            dependencies: ["Engine", "MemoryStore", "PostgresStore", "SQLiteStore", "Simulator", argumentParser],
            swiftSettings: settings(), linkerSettings: [allocator]),
        .target(
            name: "TestSupport",
            dependencies: ["Engine", "Ledger", "Loyalty", "Methods", "Rules", "Time", logging, metrics],
            path: "Tests/TestSupport", swiftSettings: settings()),
        .target(
            name: "ServerSupport",
            dependencies: [
                "Engine", "HTTP", "Loyalty", "MemoryStore", "Methods", "Server", "TestSupport", "Time", lifecycle,
                logging, metrics, nioCore,
            ],
            path: "Tests/ServerSupport", swiftSettings: settings()),
        .target(
            name: "ModelSupport", dependencies: ["JSON", "Ledger", "Loyalty", "Simulator", "Time"],
            path: "Tests/ModelSupport", swiftSettings: settings()),
        .target(
            name: "PostgresSupport", path: "Tests/PostgresSupport", exclude: ["cluster.sh", "node.sh"],
            swiftSettings: settings()),
        .executableTarget(
            name: "ConformanceProbe", dependencies: ["CEL"], path: "Tests/Conformance/Probe",
            swiftSettings: settings()),
        .target(
            name: "HostileExpressions", dependencies: ["CEL"], path: "Tests/HostileExpressions",
            swiftSettings: settings()),
        .target(name: "CountedMalloc", path: "Benchmarks/CountedMalloc"),
        .executableTarget(
            name: "CELBench", dependencies: ["CEL", "CountedMalloc", "HostileExpressions"], path: "Benchmarks/CEL",
            exclude: ["run.sh", "wheel.py"], swiftSettings: settings()),
        tests("CELTests", ["CEL", "HostileExpressions"]),
        tests(
            "ClientTests",
            ["Client", "Engine", "JSON", "Ledger", "RPC", "Server", "ServerSupport", "Time", nioCore, nioPosix]),
        tests(
            "EndToEndTests",
            [
                "Client", "Engine", "JSON", "Ledger", "Loyalty", "ModelSupport", "PostgresStore", "PostgresSupport",
                "Rules", "SQLiteStore", "ServerSupport", "Simulator", "TestSupport", "Time", "kizuna",
            ]),
        tests(
            "EngineTests",
            [
                "Engine", "Ledger", "Loyalty", "MemoryStore", "Rules", "Simulator", "TestSupport", "Time", logging,
                metrics, metricsTestKit,
            ]),
        tests("JSONTests", ["JSON", "TestSupport"]),
        tests(
            "KizunaTests",
            [
                "CEL", "Client", "Engine", "HTTP", "JSON", "Ledger", "Loyalty", "MemoryStore", "RPC", "Rules", "Server",
                "ServerSupport", "TestSupport", "Time", "kizuna", argumentParser, logging, nioCore,
            ],
            exclude: ["Snapshots"]),
        tests("LedgerTests", ["Ledger", "TestSupport", "Time"]),
        tests("LoyaltyTests", ["Ledger", "Loyalty", "Rules", "TestSupport", "Time"]),
        tests("PrometheusTests", ["Prometheus", "TestSupport", coreMetrics]),
        tests("RPCTests", ["JSON", "RPC", "TestSupport"]),
        tests("RulesTests", ["Rules", "TestSupport", "Time"]),
        tests(
            "StoreContractTests",
            [
                "Engine", "Ledger", "Loyalty", "MemoryStore", "PostgresStore", "PostgresSupport", "Rules",
                "Simulator", "SQLiteStore",
                "TestSupport", "Time",
            ]),
        tests(
            "PostgresStoreTests",
            [
                "Engine", "JSON", "Ledger", "Loyalty", "ModelSupport", "PostgresStore", "PostgresSupport", "Rules",
                "Simulator", "TestSupport", "Time",
            ]),
        tests(
            "ServerTests",
            [
                "Engine", "HTTP", "JSON", "Ledger", "Loyalty", "MemoryStore", "Methods", "Prometheus", "RPC", "Server",
                "ServerSupport", "TestSupport", "Time", crypto, logging, nioCore, nioPosix,
            ]),
        tests(
            "SimulationTests",
            [
                "Engine", "Loyalty", "MemoryStore", "ModelSupport", "Rules", "SQLiteStore", "Simulator", "TestSupport",
                "Time",
            ]),
        tests(
            "SQLiteStoreTests", ["Engine", "Ledger", "Loyalty", "Rules", "SQLiteStore", "TestSupport", "Time", grdb]),
        tests("TimeTests", ["TestSupport", "Time"]),
    ],
    swiftLanguageModes: [.v6]
)
