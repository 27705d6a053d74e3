import Engine
import Loyalty
import RPC
import Rules
import Time

/// `operation.*`.
enum OperationMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(explain, Handling(.roles(.everyone)) { request throws(RPCError) in try explain(request) })
    ]

    private static let explain = Method(
        "operation.explain", "Tells for any operation why its rules paid what they paid, for ever.",
        params: .object([.required("operation", .string(bytes: 3...40), "The operation, such as 1042-7.")]),
        result: .object([
            ResultSchemas.operation,
            .required("kind", .choice(OperationKind.allCases.map(\.name)), "What was done."),
            ResultSchemas.member,
            .optional("with", .text, "The id of the other member whom it concerns."),
            .optional("about", .text, "The earlier operation that it concerns."),
            .optional("change", .text, "What became of the member's status, pool, referral or voucher."),
            .required("occurred_at", .dateTime, "When it happened."),
            .required("posted_at", .dateTime, "When it was recorded."),
            .required("version", .amount, "The rule set under which it was decided."),
            .required("money", .text, "The ISO 4217 code of the amounts."),
            .required(
                "opened",
                .array(
                    of: .object([
                        .required("lot", .amount, "The lot's number."),
                        .required("currency", .text, "The point currency."),
                        .required("points", .amount, "How many came in."),
                        .optional("expires_at", .dateTime, "The first instant at which they cannot be used."),
                    ])), "The lots that it opened."),
            .required(
                "lapsed",
                .array(
                    of: .object([
                        .required("lot", .amount, "The lot's number."),
                        .required("currency", .text, "The point currency."),
                        .required("points", .amount, "How many lapsed."),
                    ])), "The points that lapsed by it."),
            .required(
                "moved",
                .array(
                    of: .object([
                        .required("currency", .text, "The point currency."),
                        .required("from", .text, "The account the points left."),
                        .required("to", .text, "The account they arrived in."),
                        .required("points", .amount, "How many."),
                    ])), "How points moved, account by account."),
            TierSchemas.changes,
            .optional(
                "returned",
                .array(
                    of: .object([
                        .required("line", .amount, "The line of the purchase, from 0."),
                        .required("sku", .text, "The article."),
                        .required("quantity", .amount, "How many came back."),
                        .required(
                            "amount", .amount,
                            "The money of it, in minor units, also where points or stored value had paid it."),
                    ])), "Of a return, what came back."),
            .optional("reason", .text, "Why somebody corrected points, or gave or took a level by hand."),
            .optional(
                "complete", .boolean,
                "Whether the rules come to what was recorded; what was erased since may be missing."),
            .optional("amount", .amount, "What the lines come to as the program counts money, in minor units."),
            .optional("eligible_amount", .amount, "The part of it from lines that may earn."),
            ResultSchemas.earned.optional, ResultSchemas.awards.optional, TraceSchemas.rules.optional,
        ]),
        refusals: [.recordUnknown, .outOfRange],
        examples: [
            .init(
                "How a member joined", params: #"{"operation":"1-1"}"#,
                result: #"""
                    {"operation":"1-1","kind":"enroll","member":"7hq2k9tw3m5xz8pa",
                    "occurred_at":"2026-05-16T09:58:00+09:00","posted_at":"2026-05-16T09:58:00+09:00","version":1,
                    "money":"JPY","opened":[],"lapsed":[],"moved":[]}
                    """#)
        ])

    private static func explain(_ request: Request) throws(RPCError) -> Disposition {
        guard let id = OperationID(request.params.text("operation")) else {
            throw .invalidParams([Problem(pointer: "/params/operation", detail: "must be such as 1042-7")])
        }
        let rules = request.surroundings.rules
        return .query { reader, _ in
            let page = try reader.operations(of: id.member, after: id.sequence - 1, limit: 1)
            guard let operation = page.first?.sealed.operation, operation.id == id,
                let member = try reader.state(of: id.member)
            else { return .refused(.recordUnknown(.operation)) }
            guard let ruleSet = rules.book[operation.ruleSetVersion] else {
                throw StoreError(.corrupt, "operation \(id) names a rule set that is not there")
            }
            let purchase =
                try operation.kind == .return
                ? operation.subject.flatMap { try reader.record(of: .operation($0)) } : nil
            let other = try operation.other.flatMap { try reader.state(of: $0) }
            do {
                let evaluation = try ruleSet.explain(operation, member: member.id)
                return .answered(
                    result: ResultShapes(ruleSet).explanation(
                        of: operation, by: member.id, with: other?.id, returning: purchase, evaluation))
            } catch {
                return .refused(.overflow)
            }
        }
    }
}
