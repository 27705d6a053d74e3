import CEL
import Testing

@Suite("cel-go's checker tables")
struct CheckerSuiteTests {
    @Test(
        "every expression gets cel-go's types and overloads, node by node, or is refused",
        .table("cel-go/cel-check.json"))
    func check() throws {
        let suite = try Suite.load("cel-go/cel-check.json")
        let problems = suite.differences(except: Deviations.check) { row in
            do throws(Diagnostics) {
                let checked = try Checker.check(try parsed(row), in: environment(row))
                guard row.flag("ok") else { return "checked as \(checked.type), but cel-go refuses it" }
                guard checked.type.description == row.string("type") else { return "has the type \(checked.type)" }
                let expected = DebugTree.compact(row.string("celGoTypedAst") ?? "")
                let found = DebugTree.compact(DebugTree.withTypes(checked))
                return expected == found ? nil : "expected \(expected), found \(found)"
            } catch {
                return row.flag("ok") ? "refused: \(error.rendered())" : nil
            }
        }
        #expect(problems == [])
    }

    private func parsed(_ row: Row) throws(Diagnostics) -> ParsedExpression {
        try Parser.parse(row.expression, options: ParserOptions(libraries: [], acceptsOptionals: true))
    }

    private func environment(_ row: Row) -> Environment {
        var environment = Environment(
            container: row.string("container") ?? "", libraries: row.flag("optionalSyntax") ? [.optionals] : [],
            crossTypeNumericComparisons: row.string("opts")?.contains("[false]") != true)
        if row.string("env") == "default" {
            for (name, type) in [
                ("is", CELType.string), ("ii", .int), ("iu", .uint), ("iz", .bool), ("id", .double), ("ix", .null),
                ("ib", .bytes),
            ] {
                environment.declare(VariableDeclaration(name: name, type: type))
            }
            environment.declare(FunctionDeclaration("fg_s", [.init("fg_s_0", [], .string)]))
            environment.declare(
                FunctionDeclaration("fi_s_s", [.init("fi_s_s_0", [.string], .string, isMember: true)]))
        }
        if row.string("functions") != nil {
            environment.declare(
                FunctionDeclaration(
                    "myfun",
                    [
                        .init("myfun_static", [.int, .bool, .uint], .int),
                        .init("myfun_instance", [.int, .bool, .uint], .int, isMember: true),
                    ]))
            environment.declare(
                FunctionDeclaration("base64.encode", [.init("base64_encode_string", [.string], .string)]))
            let t = CELType.typeParameter("T")
            environment.declare(FunctionDeclaration("set", [.init("set_list", [.list(t)], .opaque("set", [t]))]))
        }
        environment.declare(row)
        return environment
    }

    @Test("every test of the conformance suite that states a type gets that type", .table("cel-conformance.json"))
    func deducedTypes() throws {
        let suite = try Suite.load("cel-conformance.json")
        let stated = Suite(
            name: "cel-conformance.json, deduced types",
            rows: suite.rows.filter { ($0["expect"] as? [String: Any])?["deducedType"] != nil })
        let problems = stated.differences(except: []) { row in
            do throws(Diagnostics) {
                var environment = Environment(container: row.string("container") ?? "", libraries: [.optionals])
                environment.declare(row)
                let checked = try Checker.check(try Parser.parse(row.expression), in: environment)
                let expected = (row["expect"] as? [String: Any])?["deducedType"] as? String
                return checked.type.description == expected ? nil : "has the type \(checked.type)"
            } catch {
                return error.rendered()
            }
        }
        #expect(problems == [])
    }

    @Test(
        "every test of the conformance suite that has a value parses, and checks where it shall be checked",
        .table("cel-conformance.json"))
    func conformance() throws {
        let suite = try Suite.load("cel-conformance.json")
        let wanted = Suite(
            name: "cel-conformance.json, parsed and checked",
            rows: suite.rows.filter { !["block_ext", "network_ext"].contains($0.string("file")) })
        let problems = wanted.differences(except: Deviations.conformanceCheck) { row in
            guard let expected = row["expect"] as? [String: Any], expected["error"] == nil else { return nil }
            do throws(Diagnostics) {
                let parsed = try Parser.parse(
                    row.expression, options: ParserOptions(expandsMacros: !row.flag("disableMacros")))
                guard row.flag("typeChecked") else { return nil }
                var environment = Environment(container: row.string("container") ?? "")
                environment.declare(row)
                _ = try Checker.check(parsed, in: environment)
                return nil
            } catch {
                return error.rendered()
            }
        }
        #expect(problems == [])
    }

    @Test(
        "every expression of cel-go's extension tables parses and checks, and is written so that it reads the same",
        .table("cel-go/cel-ext.json"))
    func extensions() throws {
        let suite = try Suite.load("cel-go/cel-ext.json")
        let problems = suite.differences(except: Deviations.extensionCheck) { row in
            do throws(Diagnostics) {
                let parsed = try Parser.parse(row.expression)
                let text = Unparser.text(of: parsed)
                guard Unparser.text(of: try Parser.parse(text)) == text else { return "\(text) reads differently" }
                guard row["typeChecked"] as? Bool ?? true else { return nil }
                var environment = Environment(container: row.string("container") ?? "")
                environment.declare(row)
                _ = try Checker.check(parsed, in: environment)
                return nil
            } catch {
                return row["error"] == nil ? error.rendered() : nil
            }
        }
        #expect(problems == [])
    }
}
