// What expressions of one program can name: the variables with their types, the words of closed vocabularies, and how
// large everything can be, so that a misspelt field is found and the cost is bounded before any purchase comes.
//
// The names are listed once, in `ConditionRecords`; here they only get types. `item` is there for expressions about
// lines alone, and `order` for rules about purchases.

import CEL
import Time

/// The language of a program's conditions.
struct ConditionLanguage: Sendable {
    /// What an expression is about.
    enum Subject: Hashable, Sendable, CaseIterable {
        /// A purchase as a whole.
        case order
        /// One line of a purchase.
        case item
        /// One line of a purchase, to tell whether it may earn: what follows from that is not known yet.
        case eligibility
        /// An event that is no purchase.
        case event
    }

    /// The shapes of the records that expressions compiled here have to be given: these instances and no others.
    let shapes: ConditionShapes
    private let environments: [Subject: Environment]
    private let options: ProgramOptions
    private let estimator: CostEstimator

    init(levels: [String], currencies: [String], profile: [ProfileAttribute]) {
        shapes = ConditionShapes(currencies: currencies, profile: profile)
        options = ProgramOptions(variables: ConditionVariable.allCases.map(\.rawValue), shapes: shapes.all)
        estimator = CostEstimator(
            sizes: profile.reduce(into: ConditionLanguage.sizes) { $0["member.attrs.\($1.name)"] = $1.greatestSize })
        let objects = ConditionLanguage.objects(levels: levels, currencies: currencies, profile: profile)
        environments = Dictionary(
            uniqueKeysWithValues: Subject.allCases.map { ($0, ConditionLanguage.environment(of: $0, objects: objects)) }
        )
    }

    /// Checks an expression and makes it ready.
    func compile(
        _ source: String, about subject: Subject, expecting type: CELType, path: String
    ) throws(Diagnostics) -> (condition: Condition, warnings: [CEL.Diagnostic]) {
        let limits = ParserOptions.Limits(
            sourceLength: Condition.longestSource, depth: 64, macroDepth: 4, nodes: 10_000)
        let parsed = try Parser.parse(source, options: ParserOptions(limits: limits))
        guard let environment = environments[subject] else { preconditionFailure("every subject has an environment") }
        let checked: CheckedExpression
        do throws(Diagnostics) {
            checked = try Checker.check(parsed, in: environment, expecting: type)
        } catch {
            throw Diagnostics(source: error.source, all: error.all.map { $0.advised(about: subject, of: error.source) })
        }
        let cost = StaticCost.estimate(checked, with: estimator)
        guard cost.max <= Condition.costLimit else {
            throw Diagnostics(
                source: parsed.source,
                all: [
                    CEL.Diagnostic(
                        at: nil, of: parsed.source,
                        "may cost \(cost.max) steps, and at most \(Condition.costLimit) are allowed",
                        hint: "go through `order.items` once, not inside another round")
                ])
        }
        let program = CEL.Program(checked, options: options)
        guard program.problems.isEmpty else { throw Diagnostics(source: parsed.source, all: program.problems) }
        let condition = Condition(source: source, path: path, greatestCost: cost.max, program: program)
        return (condition, checked.warnings)
    }

    /// The functions that every program has.
    private static let standard = Environment()

    private static func environment(of subject: Subject, objects: [ObjectType]) -> Environment {
        var environment = standard
        for object in objects {
            var fields = object.fields
            if subject == .eligibility { for field in ["eligible", "eligible_amount"] { fields[field] = nil } }
            environment.declare(ObjectType(name: object.name, fields: fields))
        }
        for variable in ConditionVariable.allCases where variable.isThere(for: subject) {
            environment.declare(VariableDeclaration(name: variable.rawValue, type: .object(variable.shapeName)))
        }
        return environment
    }

    private static func objects(
        levels: [String], currencies: [String], profile: [ProfileAttribute]
    ) -> [ObjectType] {
        typealias Field = ObjectType.Field
        typealias ShapeName = ConditionShapes.Name
        var member: [String: Field] = [
            "id": Field(.string), "attrs": Field(.object(ShapeName.attributes)), "tags": Field(.list(.string)),
            "segments": Field(.list(.string)),
            "purchase_count": Field(.int), "first_purchase": Field(.bool), "days_since_last": Field(.int),
            "enrolled_days": Field(.int), "balance": Field(.object(ShapeName.balances)),
        ]
        if !levels.isEmpty { member["tier"] = Field(.string, allowedValues: levels) }
        if profile.contains(where: \.isBirthday) { member["birth_month"] = Field(.int) }
        return [
            ObjectType(
                name: ShapeName.order,
                fields: [
                    "id": Field(.string), "time": Field(.timestamp), "store": Field(.string),
                    "terminal": Field(.string), "channel": Field(.string), "amount": Field(.int),
                    "eligible_amount": Field(.int), "tax": Field(.int), "items": Field(.list(.object(ShapeName.item))),
                    "tags": Field(.list(.string)), "coupons": Field(.list(.string)),
                ]),
            ObjectType(
                name: ShapeName.item,
                fields: [
                    "sku": Field(.string), "category": Field(.string), "tags": Field(.list(.string)),
                    "quantity": Field(.int), "amount": Field(.int), "tax": Field(.int), "eligible": Field(.bool),
                ]),
            ObjectType(name: ShapeName.member, fields: member),
            ObjectType(
                name: ShapeName.attributes,
                fields: Dictionary(
                    profile.map { ($0.name, Field($0.type.celType, allowedValues: $0.type.words)) }
                ) { first, _ in first }),
            ObjectType(
                name: ShapeName.balances,
                fields: Dictionary(currencies.map { ($0, Field(.int)) }) { first, _ in first }),
            ObjectType(
                name: ShapeName.local,
                fields: [
                    "year": Field(.int), "month": Field(.int), "day": Field(.int), "hour": Field(.int),
                    "minute": Field(.int), "day_of_week": Field(.int), "week": Field(.int), "date": Field(.string),
                ]),
            ObjectType(
                name: ShapeName.event,
                fields: ["type": Field(.string), "attrs": Field(.map(key: .string, value: .dyn))]),
            ObjectType(name: ShapeName.program, fields: ["id": Field(.string), "currency": Field(.string)]),
        ]
    }

    /// The greatest sizes, which are those that the wire lets in.
    private static let sizes: [String: UInt64] = [
        "order.id": 128, "order.store": 64, "order.terminal": 64, "order.channel": 64, "order.items": 1000,
        "order.items.@items.sku": 64, "order.items.@items.category": 64, "order.items.@items.tags": 16,
        "order.items.@items.tags.@items": 64, "order.tags": 16, "order.tags.@items": 64, "order.coupons": 16,
        "order.coupons.@items": 64, "item.sku": 64, "item.category": 64, "item.tags": 16, "item.tags.@items": 64,
        "member.id": 255, "member.tier": 64, "member.tags": 32, "member.tags.@items": 64, "member.segments": 32,
        "member.segments.@items": 64, "local.date": 10,
        "event.type": 64, "event.attrs": 16, "event.attrs.@keys": 64, "event.attrs.@values": 256, "program.id": 64,
        "program.currency": 3,
    ]
}

extension ProfileAttribute.Kind {
    fileprivate var celType: CELType {
        switch self {
        case .string, .date: .string
        case .integer: .int
        case .boolean: .bool
        }
    }

    /// The only values there can be; empty where any is allowed.
    fileprivate var words: [String] {
        if case .string(_, let values) = self { values } else { [] }
    }
}

extension ProfileAttribute {
    /// The characters of its longest value as rules see it.
    fileprivate var greatestSize: UInt64 {
        switch type {
        case .string(let most, _): UInt64(most)
        case .date: 10
        case .integer, .boolean: 1
        }
    }
}

extension CEL.Diagnostic {
    /// The diagnostic with what to write instead of a variable that is not there.
    fileprivate func advised(about subject: ConditionLanguage.Subject, of source: Source) -> CEL.Diagnostic {
        let missing = ConditionVariable.allCases.first {
            !$0.isThere(for: subject) && message.hasPrefix("undeclared reference to '\($0.rawValue)'")
        }
        let hint: String
        switch (missing, subject) {
        case (.item?, .order): hint = "`item` is one line, for `where`; here use `order.items.exists(i, …)`"
        case (.item?, _), (.order?, _): hint = "only purchases have an order and items"
        default: return self
        }
        return CEL.Diagnostic(severity, at: offset, of: source, message, hint: hint)
    }
}
