// The data of conditions, read in place: a record answers for a field when an expression asks for it, so an expression
// that looks at one field of one line costs nothing for the rest.
//
// A field that the event does not have, such as the days since a purchase that never was, is null: `has()` tells so,
// and an expression that reads it nevertheless fails, which skips its rule.

import CEL
import Time

/// The variables of conditions, in the order of their slots.
enum ConditionVariable: String, CaseIterable {
    case order, item, member, local, event, program

    static let count = allCases.count

    /// Some of them.
    struct Set: OptionSet, Sendable {
        let rawValue: UInt8
        static let order = ConditionVariable.order.alone
        static let item = ConditionVariable.item.alone
        static let local = ConditionVariable.local.alone
    }

    /// The place among the slots.
    var slot: Int {
        switch self {
        case .order: 0
        case .item: 1
        case .member: 2
        case .local: 3
        case .event: 4
        case .program: 5
        }
    }

    /// The set of this one.
    var alone: Set { Set(rawValue: 1 << UInt8(slot)) }

    /// Those that an expression may look at. By the words alone: saying yes too often only binds more than is needed.
    static func mentioned(in source: String) -> Set {
        allCases.reduce(into: []) { if source.contains($1.rawValue) { $0.insert($1.alone) } }
    }

    func isThere(for subject: ConditionLanguage.Subject) -> Bool {
        switch self {
        case .order: subject != .event
        case .item: subject == .item || subject == .eligibility
        case .member, .local, .event, .program: true
        }
    }

    /// The name of the type of the variable's values.
    var shapeName: String {
        switch self {
        case .order: ConditionShapes.Name.order
        case .item: ConditionShapes.Name.item
        case .member: ConditionShapes.Name.member
        case .local: ConditionShapes.Name.local
        case .event: ConditionShapes.Name.event
        case .program: ConditionShapes.Name.program
        }
    }
}

/// The shapes of the records; those of attributes and balances are a program's own.
struct ConditionShapes: Sendable {
    /// What the types are called in messages. The names are none that an expression could write, which would be taken
    /// for the types themselves.
    enum Name {
        static let order = "the order"
        static let item = "an item"
        static let member = "the member"
        static let attributes = "the member's attrs"
        static let balances = "the member's balance"
        static let local = "the local time"
        static let event = "the event"
        static let program = "the program"
    }

    static let order = RecordShape(name: Name.order, fields: OrderRecord.Field.allCases.map(\.rawValue))
    static let item = RecordShape(name: Name.item, fields: ItemRecord.Field.allCases.map(\.rawValue))
    static let member = RecordShape(name: Name.member, fields: MemberRecord.Field.allCases.map(\.rawValue))
    static let local = RecordShape(name: Name.local, fields: LocalRecord.Field.allCases.map(\.rawValue))
    static let event = RecordShape(name: Name.event, fields: EventRecord.Field.allCases.map(\.rawValue))
    static let program = RecordShape(name: Name.program, fields: ["id", "currency"])

    let attributes: RecordShape
    let balances: RecordShape

    init(currencies: [String], profile: [ProfileAttribute]) {
        attributes = RecordShape(name: Name.attributes, fields: profile.map(\.name))
        balances = RecordShape(name: Name.balances, fields: currencies)
    }

    var all: [RecordShape] {
        [Self.order, Self.item, Self.member, Self.local, Self.event, Self.program, attributes, balances]
    }
}

/// `order`. Its lines are made when an expression goes through them.
final class OrderRecord: Record, @unchecked Sendable {  // the run that made it uses it alone
    enum Field: String, CaseIterable {
        case id, time, store, terminal, channel, amount
        case eligibleAmount = "eligible_amount"
        case tax, items, tags, coupons
    }

    private static let fields = Field.allCases

    private let occasion: Occasion
    private let amount: Int64
    private let eligibleAmount: Int64
    private let ineligible: [Int]
    private var knownItems: [Value]?

    /// - Parameter ineligible: the lines that may not earn, ascending.
    init(_ occasion: Occasion, amount: Int64, eligibleAmount: Int64, ineligible: [Int]) {
        self.occasion = occasion
        self.amount = amount
        self.eligibleAmount = eligibleAmount
        self.ineligible = ineligible
    }

    private var items: [Value] {
        if let knownItems { return knownItems }
        var barred = ineligible[...]
        let items = occasion.counted.indices.map { line -> Value in
            let isBarred = barred.first == line
            if isBarred { barred.removeFirst() }
            return .record(ItemRecord(occasion, line: line, isEligible: !isBarred))
        }
        knownItems = items
        return items
    }

    var shape: RecordShape { ConditionShapes.order }

    func field(_ position: Int) -> Value {
        guard let order = occasion.facts.order else { return .null }
        return switch Self.fields[position] {
        case .id: .string(order.id)
        case .time: CELTimestamp(occasion.facts.occurredAt).map(Value.timestamp) ?? .null
        case .store: .string(order.store)
        case .terminal: .string(order.terminal)
        case .channel: .string(order.channel)
        case .amount: .int(amount)
        case .eligibleAmount: .int(eligibleAmount)
        case .tax: .int(order.lines.reduce(0) { $0 &+ $1.tax })
        case .items: .list(items)
        case .tags: .list(order.tags.map(Value.string))
        case .coupons: .list(order.coupons.map(Value.string))
        }
    }
}

/// A line of the order: an element of `order.items`.
final class ItemRecord: Record {
    enum Field: String, CaseIterable {
        case sku, category, tags, quantity, amount, tax, eligible
    }

    private static let fields = Field.allCases

    private let occasion: Occasion
    private let index: Int
    private let isEligible: Bool

    /// A line, and whether it may earn.
    init(_ occasion: Occasion, line: Int, isEligible: Bool) {
        self.occasion = occasion
        self.index = line
        self.isEligible = isEligible
    }

    var shape: RecordShape { ConditionShapes.item }

    func field(_ position: Int) -> Value {
        Self.field(position, ofLine: index, occasion, isEligible: isEligible)
    }

    fileprivate static func field(
        _ position: Int, ofLine index: Int, _ occasion: Occasion, isEligible: Bool
    ) -> Value {
        switch fields[position] {
        case .sku: .string(occasion.lines[index].sku)
        case .category: .string(occasion.lines[index].category)
        case .tags: .list(occasion.lines[index].tags.map(Value.string))
        case .quantity: .int(occasion.lines[index].quantity)
        case .amount: .int(occasion.counted[index])
        case .tax: .int(occasion.lines[index].tax)
        case .eligible: .bool(isEligible)
        }
    }
}

/// `item`: one line after the other, so that a line is bound by a number. No expression is under way while it moves, and
/// none keeps a value for the next one.
final class ItemCursor: Record, @unchecked Sendable {  // the run that made it uses it alone
    private let occasion: Occasion
    // Selections ask line by line, and nobody else holds the cursor: nothing has to watch over that while it runs.
    /// −1 before the first line.
    @exclusivity(unchecked) private(set) var line = -1
    @exclusivity(unchecked) private var isEligible = false

    init(_ occasion: Occasion) {
        self.occasion = occasion
    }

    /// Moves to a line, of which it is known whether it may earn.
    func move(to line: Int, isEligible: Bool) {
        self.line = line
        self.isEligible = isEligible
    }

    /// Lets the next expression move it, to whatever line.
    func forgetLine() { line = -1 }

    var shape: RecordShape { ConditionShapes.item }

    func field(_ position: Int) -> Value {
        ItemRecord.field(position, ofLine: line, occasion, isEligible: isEligible)
    }
}

/// `member`.
final class MemberRecord: Record {
    enum Field: String, CaseIterable {
        case id, tier, attrs, tags, segments
        case purchaseCount = "purchase_count"
        case firstPurchase = "first_purchase"
        case daysSinceLast = "days_since_last"
        case enrolledDays = "enrolled_days"
        case birthMonth = "birth_month"
        case balance
    }

    private static let fields = Field.allCases

    private let occasion: Occasion

    init(_ occasion: Occasion) {
        self.occasion = occasion
    }

    var shape: RecordShape { ConditionShapes.member }

    func field(_ position: Int) -> Value {
        switch Self.fields[position] {
        case .id: .string(member.id)
        case .tier: member.tier.flatMap { occasion.program.tiers?.levels[$0].id }.map(Value.string) ?? .null
        case .attrs: .record(ArrayRecord(shape: shapes.attributes, values: shapes.attributes.fields.map(value)))
        case .tags: .list(member.tags.map(Value.string))
        case .segments: .list(member.segments.map(Value.string))
        case .purchaseCount: .int(member.purchaseCount)
        case .firstPurchase: .bool(member.purchaseCount == 0)
        case .daysSinceLast: member.daysSinceLast.map(Value.int) ?? .null
        case .enrolledDays: .int(member.enrolledDays)
        case .birthMonth:
            if case .date(let date)? = attribute("birthday") { .int(Int64(date.month)) } else { .null }
        case .balance:
            .record(
                ArrayRecord(
                    shape: shapes.balances,
                    values: shapes.balances.fields.indices.map {
                        .int($0 < member.balances.count ? member.balances[$0] : 0)
                    }))
        }
    }

    private var member: Facts.Member { occasion.facts.member }
    private var shapes: ConditionShapes { occasion.program.plan.shapes }

    private func attribute(_ name: String) -> AttributeValue? {
        member.attributes.first { $0.name == name }?.value
    }

    private func value(_ name: String) -> Value {
        attribute(name).map(Value.init) ?? .null
    }
}

/// `local`: the time of the event as the clocks of the program's zone show it.
final class LocalRecord: Record {
    enum Field: String, CaseIterable {
        case year, month, day, hour, minute
        case dayOfWeek = "day_of_week"
        case week, date
    }

    private static let fields = Field.allCases

    private let time: CivilDateTime

    init(_ time: CivilDateTime) {
        self.time = time
    }

    var shape: RecordShape { ConditionShapes.local }

    func field(_ position: Int) -> Value {
        switch Self.fields[position] {
        case .year: .int(Int64(time.date.year))
        case .month: .int(Int64(time.date.month))
        case .day: .int(Int64(time.date.day))
        case .hour: .int(Int64(time.hour))
        case .minute: .int(Int64(time.minute))
        case .dayOfWeek: .int(Int64(time.date.weekday))
        case .week: .int(Int64(time.date.weekOfYear))
        case .date: .string(time.date.description)
        }
    }
}

/// `event`.
final class EventRecord: Record {
    enum Field: String, CaseIterable {
        case type, attrs
    }

    private static let fields = Field.allCases

    private let occasion: Occasion

    init(_ occasion: Occasion) {
        self.occasion = occasion
    }

    var shape: RecordShape { ConditionShapes.event }

    func field(_ position: Int) -> Value {
        switch Self.fields[position] {
        case .type: .string(occasion.facts.event.text)
        case .attrs:
            MapValue(occasion.facts.attributes.map { (.string($0.name), Value($0.value)) }).map(Value.map) ?? .null
        }
    }
}

extension Value {
    fileprivate init(_ value: AttributeValue) {
        switch value {
        case .text(let text): self = .string(text)
        case .integer(let number): self = .int(number)
        case .truth(let truth): self = .bool(truth)
        case .date(let date): self = .string(date.description)
        }
    }
}

extension CELTimestamp {
    /// The same instant; `nil` outside the years 1 to 9999.
    fileprivate init?(_ instant: Instant) {
        let (seconds, rest) = instant.milliseconds.quotientAndRemainder(dividingBy: 1000)
        let isBehind = rest < 0
        self.init(
            seconds: isBehind ? seconds - 1 : seconds, nanos: Int32((isBehind ? rest + 1000 : rest) * 1_000_000))
    }
}
