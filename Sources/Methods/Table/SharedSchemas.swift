import JSON
import Ledger
import Loyalty
import RPC

/// The fields that name a member, of which a call gives exactly one.
enum MemberFields {
    static let names = ["member", "card", "phone", "email", "external"]

    static let identifier = Schema.string(bytes: 1...255)
    static let externalIdentifier = Schema.map(
        keys: TextSchema(length: 1...64), values: .string(bytes: 1...255), count: 1...1)

    static let fields: [Field] = [
        .optional("member", identifier, "The member's id."),
        .optional("card", identifier, "A card number, compared byte by byte."),
        .optional("phone", identifier, "A phone number, compared byte by byte."),
        .optional("email", identifier, "An e-mail address, compared byte by byte."),
        .optional("external", externalIdentifier, "An id in another system, such as {\"crm\": \"17\"}."),
    ]

    /// An object of these fields, of which one is given, and further ones.
    static func object(and others: [Field] = []) -> Schema {
        .object(fields + others, exactlyOneOf: [names])
    }

    /// One identifier of the kinds a member can be given.
    static let newIdentifier = Schema.named(
        NamedSchema(
            "Identifier", .object(Array(fields.dropFirst()), exactlyOneOf: [Array(names.dropFirst())])))
}

/// A receipt as a whole, which names a sale.
enum ReceiptFields {
    static let receipt = Schema.object([
        .required("store", .string(bytes: 1...64), "Where it was sold."),
        .optional("terminal", .string(bytes: 0...64), "The till in the store."),
        .required("number", .string(bytes: 1...128), "The receipt's number."),
    ])

    /// What a result tells of a sale that nobody claimed yet.
    static let kept: [Field] = [
        .optional("receipt", receipt, "The receipt of a sale that nobody claimed yet."),
        .optional("claimable_until", .dateTime, "The first instant at which it can no longer be claimed."),
    ]

    static func read(_ receipt: JSONValue) -> ReceiptNumber {
        ReceiptNumber(
            store: ExactText(receipt["store"]?.string ?? ""), terminal: ExactText(receipt["terminal"]?.string ?? ""),
            number: ExactText(receipt["number"]?.string ?? ""))
    }
}

/// The shapes that several results share.
enum ResultSchemas {
    /// Texts by the language tag (BCP 47) of each.
    static let title = Schema.map(keys: TextSchema(length: 1...64), values: .text, count: 0 ... .max)

    static let balances = Schema.named(
        NamedSchema(
            "Balances",
            .map(keys: TextSchema(length: 1...64), values: .named(balance), count: 0 ... .max)))

    private static let balance = NamedSchema(
        "Balance",
        .object([
            .required("available", .amount, "Points that can be spent."),
            .required("pending", .amount, "Points that have not vested yet."),
            .required("held", .amount, "Points that a hold has reserved."),
            .required("debt", .amount, "Points the member owes."),
            .optional(
                "next_expiry",
                .object([
                    .required("points", .amount, "How many points lapse."),
                    .required("at", .dateTime, "The first instant at which they cannot be used."),
                ]), "What lapses soonest."),
        ]))

    static let tier = Schema.named(
        NamedSchema(
            "Tier",
            .object([
                .required("id", .text, "The level."),
                .required("since", .dateTime, "Since when the member has it."),
                .optional(
                    "until", .dateTime,
                    "The first instant at which it no longer holds; absent where it does not end by itself."),
            ])))

    /// Points by currency.
    static let points = Schema.map(keys: TextSchema(length: 1...64), values: .amount, count: 0 ... .max)

    static let earned = Field.required("earned", points, "The points earned, by currency.")
    static let awards = Field.required(
        "awards",
        .array(
            of: .object([
                .required("rule", .text, "The rule that paid."),
                .required("points", .amount, "How many points."),
                .required("into", .text, "In which currency."),
            ])), "What each rule paid.")

    static let rewards = Field.optional(
        "rewards",
        .array(
            of: .object([
                .required("rule", .text, "The rule whose card is full."),
                .required("reward", .text, "What it gives."),
                .required("count", .integer(1 ... .max), "How many."),
            ])), "What full stamp cards give, where one is.")
    static let vouchers = Field.optional(
        "vouchers", RedemptionSchemas.vouchers, "Those of the rewards that are given as vouchers.")

    static let operation = Field.required("operation", .text, "The operation, such as 1042-7.")
    static let member = Field.required("member", .text, "The member's id.")
    static let replayed = Field.required(
        "replayed", .boolean, "Whether this is the first answer to the same call, given again.")
}
