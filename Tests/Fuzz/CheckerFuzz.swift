/// What parses is checked or refused with diagnostics that lie within it; a checked expression has a type at each node
/// and a cost whose ends are in order, and checking its own unparsed text finds the same type.
enum CheckerFuzz {
    /// Host data of every shape a program uses.
    static let environment: Environment = {
        var environment = Environment()
        environment.declare(
            ObjectType(
                name: "Member",
                fields: [
                    "id": .init(.string), "tier": .init(.string, allowedValues: ["basic", "silver", "gold"]),
                    "tags": .init(.list(.string), allowedValues: ["vip", "staff"]), "points": .init(.int),
                ]))
        for (name, type) in [
            ("m", CELType.object("Member")), ("a", .dyn), ("l", .list(.int)), ("s", .string), ("i", .int),
            ("u", .uint), ("d", .double), ("b", .bool), ("o", .map(key: .string, value: .dyn)), ("t", .timestamp),
            ("p", .duration), ("y", .bytes), ("q", .optional(.int)),
        ] {
            environment.declare(VariableDeclaration(name: name, type: type))
        }
        return environment
    }()

    static func run(_ text: String) {
        guard let parsed = try? Parser.parse(text, options: ParserFuzz.options) else { return }
        do throws(Diagnostics) {
            let checked = try Checker.check(parsed, in: environment)
            let estimate = StaticCost.estimate(checked)
            if estimate.min > estimate.max { broken("the least cost is at most the greatest", text) }
            guard let again = try? Parser.parse(Unparser.text(of: parsed), options: ParserFuzz.options) else { return }
            do throws(Diagnostics) {
                let type = try Checker.check(again, in: environment).type
                if type != checked.type { broken("the type does not depend on the spelling", text) }
            } catch {
                broken("what is written checks too", "\(text)\n\(error.rendered())")
            }
        } catch {
            judge(error, of: text)
        }
    }

    /// A refusal says something, once for each problem, at places that exist.
    static func judge(_ refusal: Diagnostics, of text: String) {
        if refusal.all.isEmpty || refusal.all.count > 100 { broken("a refusal has a few diagnostics", text) }
        if refusal.rendered().isEmpty { broken("a refusal can be shown", text) }
        for diagnostic in refusal.all {
            if diagnostic.message.isEmpty { broken("a diagnostic has words", text) }
            guard let position = diagnostic.position else { continue }
            if position.line < 1 || position.column < 1 { broken("positions begin with 1", text) }
        }
    }
}
