import Glibc

// The door libFuzzer calls with each of its inputs, for what comes from the network. Built by `run.sh` as one module
// with the rooms JSON and RPC, outside the package. FUZZ_TARGET names the target; a crash, a hang or a broken promise
// ends the process, and libFuzzer keeps the input.

/// What is fuzzed.
enum FuzzTarget: String {
    /// A whole connection: bytes in pieces, answers in any order, limits, ends.
    case line
    /// Params against a schema with a field of every kind.
    case schema
    /// JSON texts, and what is written of them.
    case value

    static let chosen: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET is line, schema or value, not '\(name)'")
        }
        return target
    }()

    func run(_ bytes: [UInt8]) {
        switch self {
        case .line: LineFuzz.run(bytes)
        case .schema: SchemaFuzz.run(bytes)
        case .value: ValueFuzz.run(bytes)
        }
    }
}

/// Ends the run unless a promise holds.
func promise(_ holds: Bool, _ promise: @autoclosure () -> String, _ bytes: [UInt8]) {
    if holds { return }
    print("\nBROKEN: \(promise())\n\(String(decoding: bytes, as: UTF8.self))")
    fflush(nil)
    fatalError(promise())
}

/// Runs the chosen target on one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
