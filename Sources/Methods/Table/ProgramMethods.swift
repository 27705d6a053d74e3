import Engine
import Loyalty
import RPC
import Rules

/// `program.get`.
enum ProgramMethods {
    static let entries: [MethodTable<Handling>.Entry] = [
        .init(
            get,
            Handling(.roles(.everyone)) { request throws(RPCError) in
                .reply(request.shapes.program(at: request.surroundings.clock()))
            })
    ]

    private static let get = Method(
        "program.get", "Tells how the program, its points and its campaigns are called, and how points are shown.",
        params: .object([]),
        result: .object([
            .required("program", .text, "The program's id."),
            .required("title", ResultSchemas.title, "By language."),
            .required("currency", .text, "The money that it goes by: its ISO 4217 code."),
            .required("timezone", .text, "Where its days and months begin, by the name in the tz database."),
            .required(
                "points",
                .array(
                    of: .object([
                        .required("id", .text, "The point currency."),
                        .required(
                            "kind", .choice(PointCurrency.Kind.allCases.map(\.rawValue)),
                            "Spent, only counted for levels, or money that was paid in before."),
                        .required("title", ResultSchemas.title, "By language."),
                        .required(
                            "decimals", .amount,
                            "How many of an amount's digits stand behind the point: 1050 with 2 decimals is shown as 10.50."
                        ),
                    ])), "In the order of the program."),
            .required(
                "campaigns",
                .array(
                    of: .object([
                        .required("id", .text, "The campaign."),
                        .required("title", ResultSchemas.title, "By language."),
                        .optional("from", .dateTime, "When it begins; absent where it always was."),
                        .optional("until", .dateTime, "When it ends; absent where it goes on."),
                    ])), "Those that are not over, in the order of the program."),
        ]),
        examples: [
            .init(
                "Beans and status", params: "{}",
                result: #"""
                    {"program":"coffee","title":{"ja":"コーヒークラブ","en":"Coffee club"},"currency":"JPY",
                    "timezone":"Asia/Tokyo","points":[
                    {"id":"beans","kind":"spendable","title":{"ja":"ビーンズ","en":"Beans"},"decimals":0},
                    {"id":"status","kind":"status","title":{"ja":"ステータス","en":"Status"},"decimals":0}],
                    "campaigns":[{"id":"spring","title":{"ja":"春のキャンペーン"},"from":"2026-04-01T00:00:00+09:00",
                    "until":"2026-06-01T00:00:00+09:00"}]}
                    """#)
        ])
}
