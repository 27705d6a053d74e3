import CEL
import JSON
import Testing

@testable import kizuna

/// `kizuna cel`: what is said of an expression on data from a file.
@Suite struct ExpressionTests {
    static let basket = #"""
        {"order": {"amount": 1200, "tags": ["app"], "items": [
            {"category": "latte", "quantity": 2}, {"category": "beans", "quantity": 1, "amount": 1500.5}]},
         "member": {"tier": "gold", "name": "花子", "left": null}}
        """#

    private func data(_ text: String) throws -> SampleData {
        try SampleData(try JSONDocument(Array(text.utf8)).root)
    }

    @Test(
        "an expression has a value and a type",
        arguments: [
            ("order.amount >= 500 && 'app' in order.tags", "true", "bool"),
            ("order.items.map(i, i.quantity).sum()", "3", "int"),
            ("order.items.exists(i, has(i.amount) && i.amount > 1000.0)", "true", "bool"),
            ("member.name.size()", "2", "int"),
            ("member.left == null", "true", "bool"),
            ("[1, 2].map(i, i * 2)", "[2, 4]", "list(int)"),
        ])
    func values(expression: String, value: String, type: String) throws {
        let trial = try ExpressionTrial(expression, on: try data(Self.basket))
        let json = try JSONDocument(Array(trial.json.utf8)).root
        #expect(json["value"]?.string == value)
        #expect(json["type"]?.string == type)
        #expect(trial.hasValue)
        #expect(trial.text(.plain).contains(value))
    }

    @Test("a misspelt field is found at its place, with the nearest one")
    func misspelt() throws {
        let data = try data(Self.basket)
        let problems = #expect(throws: Diagnostics.self) {
            try ExpressionTrial("member.teir == 'gold'", on: data)
        }
        #expect(problems?.rendered(name: "e").contains("e:1:7: undefined field 'teir'") == true)
        #expect(problems?.all.first?.hint == "did you mean 'tier'?")
    }

    @Test("an expression that fails says why, and what it cost before")
    func failure() throws {
        let trial = try ExpressionTrial("order.amount / (order.amount - 1200) > 1", on: try data(Self.basket))
        #expect(!trial.hasValue)
        #expect(trial.text(.plain).contains("division by zero"))
    }

    @Test("a file that is no object is refused", arguments: ["[1]", "1", "null"])
    func noObject(text: String) throws {
        #expect(throws: CommandFailure.self) { try data(text) }
    }
}
