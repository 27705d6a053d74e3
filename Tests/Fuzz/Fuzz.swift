import Glibc

// The door libFuzzer calls with each of its inputs. Built by `run.sh` as one module with the room it fuzzes, outside
// the package, because the sanitizer changes how every file is compiled. FUZZ_TARGET names the target; a crash, a hang
// or a broken promise ends the process, and libFuzzer keeps the input.
//
// Limits are tight, so that an input that explodes shows as a hang instead of as slow progress.

/// What is fuzzed.
enum FuzzTarget: String {
    /// Parsing, diagnostics, and writing an expression so that it reads the same.
    case parser
    /// Checking and the static cost.
    case checker
    /// Evaluation within a budget.
    case evaluator

    static let chosen: FuzzTarget = {
        let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET is parser, checker or evaluator, not '\(name)'")
        }
        return target
    }()

    func run(_ text: String) {
        switch self {
        case .parser: ParserFuzz.run(text)
        case .checker: CheckerFuzz.run(text)
        case .evaluator: EvaluatorFuzz.run(text)
        }
    }
}

/// Ends the run because a promise does not hold.
func broken(_ promise: String, _ text: String) -> Never {
    print("\nBROKEN: \(promise)\n\(text)")
    fflush(nil)
    fatalError(promise)
}

/// Runs the chosen target on one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(String(decoding: unsafe UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    return 0
}
