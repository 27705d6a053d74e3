import CEL
import Testing

@Suite("cel-go's parser tables")
struct ParserSuiteTests {
    @Test("every expression parses to cel-go's tree, node by node, or is refused", .table("cel-go/cel-parse.json"))
    func parse() throws {
        let suite = try Suite.load("cel-go/cel-parse.json")
        let problems = suite.differences(except: Deviations.parse) { row in
            let options = row.string("opts") ?? ""
            let parserOptions = ParserOptions(
                libraries: .init(), acceptsOptionals: options.contains("EnableOptionalSyntax"),
                acceptsQuotedIdentifiers: !options.contains("EnableIdentEscapeSyntax\", \"args\": [false]"),
                accumulatorName: options.contains("EnableHiddenAccumulatorName\", \"args\": [false]")
                    ? "__result__" : "@result",
                limits: .init(depth: 32))
            do throws(Diagnostics) {
                let parsed = try Parser.parse(row.expression, options: parserOptions)
                guard row.flag("ok") else { return "parsed, but cel-go refuses it" }
                let expected = DebugTree.compact(row.string("celGoAst") ?? "")
                let found = DebugTree.compact(DebugTree.withIDs(parsed.root))
                return expected == found ? nil : "expected \(expected), found \(found)"
            } catch {
                return row.flag("ok") ? "refused: \(error.rendered())" : nil
            }
        }
        #expect(problems == [])
    }

    @Test(
        "every tree is written as cel-go writes it, and what is written parses to the same text",
        .table("cel-go/cel-unparse.json"))
    func unparse() throws {
        let suite = try Suite.load("cel-go/cel-unparse.json")
        let problems = suite.differences(except: Deviations.unparse) { row in
            do throws(Diagnostics) {
                let options = ParserOptions(libraries: .init(), acceptsOptionals: true)
                let parsed = try Parser.parse(row.expression, options: options)
                let text = Unparser.text(of: parsed, layout: layout(row.string("options")))
                let again = Unparser.text(of: try Parser.parse(text, options: options))
                guard again == Unparser.text(of: parsed) else { return "\(text) reads as \(again)" }
                return text == row.string("unparsed") ? nil : "found \(text)"
            } catch {
                return error.rendered()
            }
        }
        #expect(problems == [])
    }

    private func layout(_ options: String?) -> Unparser.Layout {
        guard let options else { return Unparser.Layout() }
        var layout = Unparser.Layout()
        if let match = options.firstMatch(of: /WrapOnColumn", "args": \[(\d+)\]/) {
            layout.column = Int(match.1) ?? 80
        }
        let names: [String: String] = [
            "Add": Operator.add, "Subtract": Operator.subtract, "Multiply": Operator.multiply,
            "Divide": Operator.divide, "Modulo": Operator.modulo, "LogicalAnd": Operator.and,
            "LogicalOr": Operator.or, "Conditional": Operator.conditional, "Equals": Operator.equal,
            "NotEquals": Operator.notEqual, "Less": Operator.less, "LessEquals": Operator.lessOrEqual,
            "Greater": Operator.greater, "GreaterEquals": Operator.greaterOrEqual, "In": Operator.in,
        ]
        let operators = options.matches(of: /operators\.(\w+)/).compactMap { names[String($0.1)] }
        if !operators.isEmpty { layout.operators = Set(operators) }
        layout.breaksAfterOperator = !options.contains("WrapAfterColumnLimit\", \"args\": [false]")
        return layout
    }
}
