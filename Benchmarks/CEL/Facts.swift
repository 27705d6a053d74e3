import CEL

// The data of the measured rules, as records that are read in place.

/// What a purchase's rules know of the member, the local time and the order.
enum Facts {
    /// The declarations of the data.
    static let environment: Environment = {
        var environment = Environment()
        environment.declare(ObjectType(name: "Member", fields: ["tier": .init(.string)]))
        environment.declare(ObjectType(name: "Local", fields: ["day_of_week": .init(.int), "holiday": .init(.bool)]))
        environment.declare(ObjectType(name: "Item", fields: ["category": .init(.string), "quantity": .init(.int)]))
        environment.declare(ObjectType(name: "Order", fields: ["items": .init(.list(.object("Item")))]))
        for (name, type) in [("member", "Member"), ("local", "Local"), ("order", "Order")] {
            environment.declare(VariableDeclaration(name: name, type: .object(type)))
        }
        return environment
    }()

    private static let member = RecordShape(name: "Member", fields: ["tier"])
    private static let local = RecordShape(name: "Local", fields: ["day_of_week", "holiday"])
    private static let item = RecordShape(name: "Item", fields: ["category", "quantity"])
    private static let order = RecordShape(name: "Order", fields: ["items"])

    /// The order of the variables and the shapes of their data.
    static let options = ProgramOptions(
        variables: ["member", "local", "order"], shapes: [member, local, item, order])

    /// A gold member on a holiday in the week who buys ten items, every other one a latte.
    static let slots: [Value?] = {
        let items = (0..<10).map { index in
            let category = index.isMultiple(of: 2) ? "latte" : "muffin"
            return Value.record(ArrayRecord(shape: item, values: [.string(category), .int(Int64(index))]))
        }
        return [
            .record(ArrayRecord(shape: member, values: [.string("gold")])),
            .record(ArrayRecord(shape: local, values: [.int(3), .bool(true)])),
            .record(ArrayRecord(shape: order, values: [.list(items)])),
        ]
    }()
}
