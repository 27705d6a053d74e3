import CEL
import Testing

@Suite("the conformance suite of the language", .table("cel-conformance.json"))
struct ConformanceSuiteTests {
    /// The files of the core language, all of whose rows must be as expected, with the number of their rows.
    private static let core: [String: Int] = [
        "basic": 43, "comparisons": 334, "conversions": 109, "fields": 60, "fp_math": 30, "integer_math": 64,
        "lists": 39, "logic": 30, "macros": 44, "namespace": 14, "parse": 193, "plumbing": 5, "string": 51,
        "timestamps": 78, "type_deduction": 26,
    ]
    private static let extensions: [String: Int] = [
        "string_ext": 213, "math_ext": 199, "optionals": 59, "macros2": 46, "bindings_ext": 8, "encoders_ext": 4,
    ]

    @Test("every row of the core files is as expected")
    func coreFiles() throws { try run(Self.core, except: []) }

    @Test("the rows of the extensions are as expected, but for those listed")
    func extensionFiles() throws { try run(Self.extensions, except: Deviations.conformanceExtensions) }

    private func run(_ files: [String: Int], except deviations: [Deviation]) throws {
        let suite = try Suite.load("cel-conformance.json")
        for (file, count) in files.sorted(by: { $0.key < $1.key }) {
            let rows = suite.rows.filter { $0.string("file") == file }
            #expect(rows.count == count)
            let expressions = Set(rows.map(\.expression))
            let part = Suite(name: "cel-conformance.json, \(file)", rows: rows)
            let problems = part.differences(except: deviations.filter { expressions.contains($0.expression) }) {
                ConformanceRow($0).problem
            }
            #expect(problems == [])
        }
    }
}

@Suite("cel-go's tables of extension functions")
struct ExtensionSuiteTests {
    @Test("every row is as expected, but for those listed", .table("cel-go/cel-ext.json"))
    func rows() throws {
        let suite = try Suite.load("cel-go/cel-ext.json")
        let problems = suite.differences(except: Deviations.extensions) { row in
            let (outcome, cost) = ConformanceRow(row).outcome
            let expected = row.string("error")
            switch outcome {
            case .success(.bool(true)) where expected == nil: break
            case .failure where expected != nil: return nil
            case .success(let value): return "gives \(value.debugText), expected \(expected ?? "true")"
            case .failure(let reason): return "fails with \(reason.text), expected \(expected ?? "true")"
            }
            if let cost, let expected = row.string("runtimeCost"), String(cost) != expected {
                return "costs \(cost) instead of \(expected)"
            }
            return nil
        }
        #expect(problems == [])
    }
}

/// Why a row has no value.
struct Refusal: Error {
    let text: String
}

/// A row of a conformance table, as it comes out here.
struct ConformanceRow {
    let row: Row

    init(_ row: Row) { self.row = row }

    private var expectation: [String: Any] { row["expect"] as? [String: Any] ?? [:] }

    /// What differs from the expectation, if anything.
    var problem: String? {
        if let expected = expectation["deducedType"] as? String {
            do throws(Diagnostics) {
                let type = try checked().type
                if type.description != expected { return "has type \(type) instead of \(expected)" }
            } catch {
                return error.rendered()
            }
        }
        if row.flag("checkOnly") { return nil }
        let result = outcome.0
        if expectation["error"] != nil {
            if case .success(let value) = result { return "gives \(value.debugText) instead of failing" }
            return nil
        }
        guard let notation = expectation["value"], let expected = Value(notation: notation) else {
            return "the expected value cannot be read"
        }
        switch result {
        case .success(let value):
            return value.isSame(expected) ? nil : "gives \(value.debugText) instead of \(expected.debugText)"
        case .failure(let reason):
            return "fails with \(reason.text) instead of giving \(expected.debugText)"
        }
    }

    /// What the expression gives, and what that costs.
    var outcome: (Result<Value, Refusal>, UInt64?) {
        do throws(Diagnostics) {
            let options = ProgramOptions(container: row.string("container") ?? "")
            let program =
                row["typeChecked"] as? Bool ?? true
                ? Program(try checked(), options: options)
                : Program(unchecked: try Parser.parse(row.expression), options: options)
            let outcome = program.evaluate(program.bind(row.bindings), zones: FixedZones())
            return (outcome.result.mapError { Refusal(text: $0.message) }, outcome.usage.cost)
        } catch {
            return (.failure(Refusal(text: error.rendered())), nil)
        }
    }

    private func checked() throws(Diagnostics) -> CheckedExpression {
        var environment = Environment(container: row.string("container") ?? "")
        environment.declare(row)
        return try Checker.check(try Parser.parse(row.expression), in: environment)
    }
}
