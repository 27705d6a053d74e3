import CEL
import Testing

@Suite("cel-go's tables of static costs")
struct StaticCostSuiteTests {
    @Test("every estimate is cel-go's", .table("cel-go/cel-cost-estimate.json"))
    func estimates() throws {
        let suite = try Suite.load("cel-go/cel-cost-estimate.json")
        let problems = suite.differences(except: Deviations.costEstimate) { row in
            do throws(Diagnostics) {
                var environment = Environment()
                environment.declare(Self.message)
                environment.declare(row, message: Self.message.name)
                let checked = try Checker.check(try Parser.parse(row.expression), in: environment)
                return difference(StaticCost.estimate(checked, with: estimator(row)), row["cost"])
            } catch {
                return error.rendered()
            }
        }
        #expect(problems == [])
    }

    @Test("every estimate of an extension function is cel-go's", .table("cel-go/cel-ext.json"))
    func extensions() throws {
        let suite = try Suite.load("cel-go/cel-ext.json")
        let stated = Suite(
            name: "cel-go/cel-ext.json, static costs", rows: suite.rows.filter { $0["staticCost"] != nil })
        let problems = stated.differences(except: Deviations.extensionCostEstimate) { row in
            do throws(Diagnostics) {
                var environment = Environment(container: row.string("container") ?? "")
                environment.declare(row)
                let checked = try Checker.check(try Parser.parse(row.expression), in: environment)
                return difference(StaticCost.estimate(checked, with: estimator(row)), row["staticCost"])
            } catch {
                return error.rendered()
            }
        }
        #expect(problems == [])
    }

    private func difference(_ found: Estimate, _ expected: Any?) -> String? {
        let ends = expected as? [String: String] ?? [:]
        guard ends["min"] == String(found.min), ends["max"] == String(found.max) else {
            return "costs \(found.min)…\(found.max) instead of \(ends["min"] ?? "")…\(ends["max"] ?? "")"
        }
        return nil
    }

    /// A message type with the fields that the tables use.
    private static let message = ObjectType(
        name: "google.expr.proto3.test.TestAllTypes",
        fields: [
            "single_int32": .init(.int), "single_float": .init(.double), "single_string": .init(.string),
        ])

    /// The estimator that the tables were made with.
    private func estimator(_ row: Row) -> CostEstimator {
        let hints = (row["sizeHints"] as? [String: Int] ?? [:]).mapValues { UInt64($0) }
        var estimator = CostEstimator()
        estimator.presenceTestCost = row["presenceTestHasCost"] as? Bool ?? true ? 1 : 0
        estimator.size = { node in
            if let hint = hints[node.path.joined(separator: ".")] { return Estimate(0, hint) }
            return node.type == .bytes ? Estimate(0, 12) : nil
        }
        let customizes = row.flag("customOverloadCost")
        estimator.call = { overload, target, arguments in
            switch (overload, target) {
            case ("timestamp_to_year", _): return .init(cost: .exactly(7))
            case ("contains_string", .some(let target)) where customizes:
                let text = (target.size ?? .unknown).scaled(by: 0.2)
                return .init(cost: text.multiplied(by: (arguments[0].size ?? .unknown).scaled(by: 0.2)))
            case ("list_bytes_max", .some(let target)) where customizes:
                let element = Estimate(0, 12).scaled(by: 0.1).adding(.exactly(1))
                return .init(cost: (target.size ?? .unknown).multiplied(by: element))
            default: return nil
            }
        }
        return estimator
    }
}
