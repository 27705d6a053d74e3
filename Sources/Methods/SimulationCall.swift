public import Engine
public import JSON
import Ledger
public import Loyalty
public import RPC
import Rules
public import Time

/// A call of `rules.simulate`, less the document: a sale, when it happens, and to whom.
public struct SimulationCall: Sendable {
    /// When the sale would happen; `nil` for now.
    public let instant: Instant?
    /// Who is asked for; `nil` for a member who is made up.
    public let identifier: Identifier?
    private let order: Facts.Order
    private let madeUp: MadeUpMember?

    /// Reads params that fit the schema.
    init(_ params: Params) throws(RPCError) {
        instant =
            if let time = params["occurred_at"] { try Instant(param: time, at: "/params/occurred_at") } else { nil }
        order = try Facts.Order(param: params["order"], at: "/params/order")
        madeUp = if let value = params["made_up"] { try MadeUpMember(value, at: "/params/made_up") } else { nil }
        identifier = madeUp == nil ? params.member() : nil
    }

    /// Reads the params of a call as they came.
    ///
    /// - Throws: what is wrong with them, all at once.
    public init(_ params: JSONValue) throws(RPCError) {
        let method = DraftMethods.simulate
        let problems = method.check(params)
        guard problems.isEmpty else { throw .invalidParams(problems) }
        try self.init(Params(method.arguments(params)))
    }

    /// What the sale of a member who is made up would earn.
    public func result(under ruleSet: RuleSet, at now: Instant) throws(RPCError) -> [UInt8] {
        guard let madeUp else { preconditionFailure("a member who is real is in a store") }
        let instant = instant ?? now
        let program = ruleSet.program
        let (used, shared) = try madeUp.usages(at: instant, under: program)
        let facts = Facts(occurredAt: instant, order: order, member: try madeUp.facts(under: program))
        guard let evaluation = try? program.evaluate(facts, used: used, shared: shared) else {
            throw RPCError.outOfRange
        }
        return ResultShapes(ruleSet).simulation(
            evaluation, member: nil, tier: facts.member.tier, used: used, shared: shared, at: instant)
    }

    /// What the sale would earn.
    ///
    /// - Parameter book: under which the member stands where it is now.
    /// - Throws: `RPCError` where the document does not know a word, and what the store throws.
    public func reply(
        under ruleSet: RuleSet, in reader: any StoreReader, _ book: RuleBook, at now: Instant
    ) throws -> Reply {
        guard let identifier else { return .answered(result: try result(under: ruleSet, at: now)) }
        guard let number = try reader.owner(of: identifier), let stored = try reader.state(of: number) else {
            return .refused(.memberUnknown(identifier.kind))
        }
        let shared = ruleSet.budgets.isEmpty ? [] : try reader.sharedUsages()
        let member = stored.advanced(to: now, under: book)
        let instant = instant ?? now
        guard let evaluation = try? member.quote(order, at: instant, under: ruleSet, shared: shared) else {
            return .refused(.overflow)
        }
        let tier = member.tier.flatMap { ruleSet.program.tiers?.level($0.level(at: instant)) }
        return .answered(
            result: ResultShapes(ruleSet).simulation(
                evaluation, member: member.id.text, tier: tier, used: member.usages, shared: shared,
                level: member.missingToNextLevel(behind: evaluation, at: instant, under: ruleSet), at: instant))
    }
}

extension Facts.Order {
    /// Reads the sale of a call that fits its schema.
    fileprivate init(param value: JSONValue?, at pointer: String) throws(RPCError) {
        func words(_ name: String) -> [String] { value?[name]?.elements.compactMap(\.string) ?? [] }
        self.init(
            id: value?["receipt"]?.string ?? "", store: value?["store"]?.string ?? "",
            terminal: value?["terminal"]?.string ?? "", channel: value?["channel"]?.string ?? "",
            tags: words("tags"), coupons: words("coupons"),
            lines: try PurchaseMethods.items(value?["items"], at: "\(pointer)/items"))
    }
}
