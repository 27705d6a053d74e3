import CEL
import Testing

@Suite("Checker")
struct CheckerTests {
    private static let shop: Environment = {
        var environment = Environment()
        environment.declare(
            ObjectType(
                name: "Member",
                fields: [
                    "tier": .init(.string, allowedValues: ["basic", "silver", "gold"]),
                    "tags": .init(.list(.string), allowedValues: ["vip", "staff"]), "visits": .init(.int),
                    "balance": .init(.map(key: .string, value: .int)),
                ]))
        environment.declare(
            ObjectType(name: "Item", fields: ["category": .init(.string), "quantity": .init(.int)]))
        environment.declare(
            ObjectType(name: "Order", fields: ["amount": .init(.int), "items": .init(.list(.object("Item")))]))
        environment.declare(VariableDeclaration(name: "member", type: .object("Member")))
        environment.declare(VariableDeclaration(name: "order", type: .object("Order")))
        environment.declare(
            VariableDeclaration(name: "channel", type: .string, allowedValues: ["shop", "web", "app"]))
        return environment
    }()

    private func check(_ source: String, expecting: CELType? = nil) throws(Diagnostics) -> CheckedExpression {
        try Checker.check(try Parser.parse(source), in: Self.shop, expecting: expecting)
    }

    @Test(
        "every expression has the type of its result",
        arguments: [
            ("member.tier == 'gold'", "bool"), ("order.items.map(i, i.quantity).sum()", "int"),
            ("order.items.filter(i, i.quantity > 1)", "list(Item)"), ("member.balance.beans", "int"),
            ("member.balance[?'beans'].orValue(0)", "int"), ("member.?tier", "optional_type(string)"),
            ("{1: 'a', 2: 'b'}.transformList(k, v, v)", "list(string)"),
            ("{'a': 1}.transformMap(k, v, v > 0)", "map(string, bool)"),
            ("order.items.sortBy(i, i.quantity)[0]", "Item"), ("cel.bind(x, order.amount, [x, x])", "list(int)"),
            ("math.greatest(1, 2.0)", "dyn"), ("mulDiv(order.amount, 15, 100)", "int"),
            ("[1, 'a']", "list(dyn)"), ("type(1)", "type(int)"), ("Member{visits: 3}", "Member"),
            ("order.items.map(i, [i, i]).flatten()", "list(Item)"), ("b'ab' + b'c'", "bytes"),
            ("timestamp('2026-01-01T00:00:00Z') - duration('1h')", "timestamp"),
        ])
    func types(source: String, type: String) throws {
        #expect(try check(source).type.description == type)
    }

    @Test(
        "a mistake is reported once, where it is, with what was probably meant",
        arguments: [
            ("membr.tier == 'gold'", 1, "undeclared reference to 'membr'", "did you mean 'member'?"),
            ("member.teir == 'gold'", 7, "undefined field 'teir' of 'Member'", "did you mean 'tier'?"),
            ("order.items.map(i, i.x)", 21, "undefined field 'x' of 'Item'", "known fields: category, quantity"),
            ("member.tier.startswith('g')", 23, "undeclared reference to 'startswith'", "did you mean 'startsWith'?"),
            ("order.items.size > 1", 12, "type 'list(Item)' does not support field selection", "did you mean size()?"),
            ("order.amount == '5'", 14, "no matching overload for '==' applied to '(int, string)'", "both sides"),
            (
                "order.amount * 1.5", 14, "no matching overload for '*' applied to '(int, double)'",
                "numbers of different"
            ),
            ("startsWith('a', 'b')", 11, "no matching overload for 'startsWith'", "it is called on a value"),
            ("'a'.substring()", 14, "no matching overload for 'substring'", "it takes string.substring(int) or"),
            ("member.tier ? 1 : 2", 13, "no matching overload for '?:'", "what stands before '?' must be a bool"),
            ("member.visits && true", 7, "expected type 'bool' but found 'int'", nil),
            ("order.amount.all(x, x)", 6, "expression of type 'int' cannot be range of a comprehension", nil),
            ("Member{visit: 3}", 13, "undefined field 'visit' of 'Member'", "did you mean 'visits'?"),
            ("Member{visits: 'a'}", 14, "expected type of field 'visits' is 'int' but found 'string'", nil),
            ("order{}", 6, "'order' is not an object type", nil),
        ] as [(String, Int, String, String?)])
    func mistakes(source: String, column: Int, message: String, hint: String?) {
        let found = #expect(throws: Diagnostics.self) { try check(source) }
        #expect(found?.all.count == 1)
        let first = found?.all.first
        #expect(first?.position?.column == column)
        #expect(first?.message.contains(message) == true, "\(first?.message ?? "")")
        if let hint { #expect(first?.hint?.hasPrefix(hint) == true, "\(first?.hint ?? "no hint")") }
    }

    @Test("mistakes in different places are all reported")
    func accumulation() {
        let found = #expect(throws: Diagnostics.self) { try check("membr.tier == 'a' && order.amout > 1 && x") }
        #expect(found?.all.compactMap { $0.position?.column } == [1, 27, 41])
    }

    @Test(
        "a word outside a closed vocabulary is a warning with the nearest known word",
        arguments: [
            ("member.tier == 'glod'", 16, "did you mean \"gold\"?"),
            ("'Gold' != member.tier", 1, "did you mean \"gold\"?"),
            ("member.tier in ['gold', 'sliver']", 25, "did you mean \"silver\"?"),
            ("'vpi' in member.tags", 1, "did you mean \"vip\"?"),
            ("member.tags.exists(t, t == 'stuff')", 28, "did you mean \"staff\"?"),
            ("member.tags[0] == 'stafff'", 19, "did you mean \"staff\"?"),
            ("cel.bind(t, member.tier, t == 'golden')", 31, "did you mean \"gold\"?"),
            ("channel == 'post'", 12, "known values: shop, web, app"),
        ])
    func vocabularies(source: String, column: Int, hint: String) throws {
        let warnings = try check(source).warnings
        #expect(warnings.map(\.severity) == [.warning])
        #expect(warnings.first?.position?.column == column)
        #expect(warnings.first?.hint == hint)
    }

    @Test(
        "known words and open texts give no warning",
        arguments: ["member.tier == 'gold'", "'vip' in member.tags", "order.items[0].category == 'late'", "'x' == 'y'"])
    func knownWords(source: String) throws {
        #expect(try check(source).warnings == [])
    }

    @Test("a result of another type than expected is refused; dyn and null stand for what they can be")
    func expectedTypes() throws {
        _ = try check("member.tier == 'gold'", expecting: .bool)
        _ = try check("dyn(1)", expecting: .bool)
        let found = #expect(throws: Diagnostics.self) { try check("order.amount + 1", expecting: .bool) }
        #expect(found?.all.first?.message == "expected type 'bool' but found 'int'")
    }

    @Test("names are resolved in the container, from the innermost namespace outwards")
    func container() throws {
        var environment = Environment(container: "a.b")
        for (name, type) in [("a.b.x", CELType.int), ("a.x", .string), ("x", .bool), ("a.y.z", .double)] {
            environment.declare(VariableDeclaration(name: name, type: type))
        }
        for (source, type) in [("x", "int"), (".x", "bool"), ("y.z", "double"), ("[true].map(x, x)", "list(bool)")] {
            let checked = try Checker.check(try Parser.parse(source), in: environment)
            #expect(checked.type.description == type, "\(source)")
        }
        let hidden = try Checker.check(try Parser.parse("[1].map(x, .x)"), in: environment)
        #expect(hidden.type == .list(.bool))
    }
}
