import Engine
import JSON
import Loyalty
import RPC
import Rules

/// `audit.list`.
enum AuditMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(list, Handling(.roles(.admins)) { request throws(RPCError) in try list(request) })
    ]

    private static let list = Method(
        "audit.list",
        "Lists who changed what the program does, who may call and points by hand, and who copied or made a database.",
        params: .object([
            .optional("limit", .integer(1...200), "How many entries at most; 50 where it is left out."),
            .optional("cursor", .string(bytes: 1...19, .digits), "The `next_cursor` of the page before."),
        ]),
        result: .object([
            .required("entries", .array(of: entry), "Newest first."),
            .optional("next_cursor", .text, "Where the next page begins; absent on the last one."),
        ]),
        examples: [
            .init(
                "The newest entry", params: #"{"limit":1}"#,
                result: #"""
                    {"entries":[{"entry":4,"at":"2026-05-16T10:00:00+09:00","author":"head office","client":4,
                    "origin":"127.0.0.1:51344","action":"publish","subject":"rule set 2","details":{"version":"2",
                    "sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "effective_from":"2026-05-16T01:00:01Z","note":"two beans per 100 yen","version_before":"1"},
                    "sha256":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}],"next_cursor":"4"}
                    """#)
        ])

    private static let entry = Schema.named(
        NamedSchema(
            "AuditEntry",
            .object([
                .required("entry", .amount, "1, 2, 3 … without holes."),
                .required("at", .dateTime, "When."),
                .required("author", .text, "Who: a client's name, or the command line."),
                .optional("client", .amount, "The client's number."),
                .optional(
                    "origin", .text,
                    "The address the call came from; of the command line the system's user and machine."),
                .required("action", .choice(AuditNote.Action.allCases.map(\.rawValue)), "What was done."),
                .required("subject", .text, "To what."),
                .required(
                    "details", .map(keys: TextSchema(length: 1...64), values: .text, count: 0 ... .max),
                    "What belongs to it."),
                .required("sha256", .text, "The digest, which covers the digest of the entry before."),
            ])))

    private static func list(_ request: Request) throws(RPCError) -> Disposition {
        let limit = Int(request.params["limit"]?.int64 ?? 50)
        guard let first = Int64(request.params.optionalText("cursor") ?? "\(Int64.max)"), first > 0 else {
            throw .invalidParams([
                Problem(pointer: "/params/cursor", detail: "must be the next_cursor of an earlier page")
            ])
        }
        let rules = request.surroundings.rules
        return .query { reader, now in
            let page = try reader.audit(before: first, limit: limit + 1)
            let shown = Array(page.prefix(limit))
            let results = RulesResults(zone: rules.book.inForce(at: now).program.zone)
            return .answered(result: results.audit(shown, next: page.count > limit ? shown.last?.number : nil))
        }
    }
}
