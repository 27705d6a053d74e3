import CEL
import Testing

@Suite("data of the host")
struct RecordTests {
    private static let item = RecordShape(name: "Item", fields: ["category", "quantity", "note"])
    private static let order = RecordShape(name: "Order", fields: ["items", "amount"])

    private static let environment: Environment = {
        var environment = Environment()
        environment.declare(
            ObjectType(
                name: "Item",
                fields: ["category": .init(.string), "quantity": .init(.int), "note": .init(.wrapper(.string))]))
        environment.declare(
            ObjectType(name: "Order", fields: ["items": .init(.list(.object("Item"))), "amount": .init(.int)]))
        environment.declare(VariableDeclaration(name: "order", type: .object("Order")))
        environment.declare(VariableDeclaration(name: "limit", type: .int))
        return environment
    }()

    private static let bound: [Value?] = [
        .record(
            ArrayRecord(
                shape: order,
                values: [
                    .list(
                        (1...10).map {
                            .record(
                                ArrayRecord(
                                    shape: item,
                                    values: [.string($0 % 2 == 0 ? "latte" : "bun"), .int($0), .null]))
                        }),
                    .int(1234),
                ])),
        .int(7),
    ]

    private static let options = ProgramOptions(variables: ["order", "limit"], shapes: [item, order])

    private func program(_ text: String) throws -> Program {
        Program(try Checker.check(try Parser.parse(text), in: Self.environment), options: Self.options)
    }

    @Test(
        "fields are read by position, wherever the record comes from",
        arguments: [
            ("order.amount", "1234"), ("order.items[1].category", "\"latte\""),
            ("order.items.filter(i, i.category == 'latte').map(i, i.quantity).sum()", "30"),
            ("order.items.exists(i, i.quantity > limit)", "true"), ("cel.bind(o, order, o.amount + o.amount)", "2468"),
            ("(limit > 5 ? order.items[0] : order.items[1]).quantity", "1"),
            ("order.items.map(i, i.quantity).max()", "10"), ("dyn(order).amount", "1234"),
            ("order.items == order.items", "true"), ("order.items[0] == order.items[2]", "false"),
            ("has(order.amount)", "true"), ("has(order.items[0].note)", "false"), ("type(order.items[0])", "Item"),
            ("order.items.sortBy(i, -i.quantity)[0].quantity", "10"),
        ])
    func fields(text: String, expected: String) throws {
        #expect(try program(text).evaluate(Self.bound).shown == expected)
    }

    @Test("reading by position costs what reading by name costs")
    func costs() throws {
        for text in ["order.amount", "order.items[1].category == 'x'", "order.items.all(i, i.quantity > limit)"] {
            let checked = try Checker.check(try Parser.parse(text), in: Self.environment)
            let byPosition = Program(checked, options: Self.options).evaluate(Self.bound)
            let byName = Program(checked, options: ProgramOptions(variables: ["order", "limit"])).evaluate(Self.bound)
            #expect(byPosition.shown == byName.shown)
            #expect(byPosition.usage == byName.usage)
        }
    }

    @Test("programs planned alike share one binding, and the typed doors give typed results")
    func doors() throws {
        let condition = try program("order.amount > 1000").evaluateCondition(Self.bound)
        #expect(try condition.result.get())
        let amount = try program("order.amount * 2").evaluateAmount(Self.bound)
        #expect(try amount.result.get() == 2468)
        let wrong = try program("order.amount").evaluateCondition(Self.bound)
        #expect(throws: EvaluationError.self) { try wrong.result.get() }
    }
}
