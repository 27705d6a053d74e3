// The shapes of the parts, in the order in which the loader reads them.

extension DocumentShape {
    /// The shape of a whole document.
    public static let program = SectionShape.all(
        .program, required: ["schema", "id", "money", "timezone", "points", "rules"],
        [
            "schema": .words(["kizuna.program/v1"]),
            "id": .form(.id),
            "title": title,
            "money": SectionShape.all(
                .money, required: ["currency", "base"],
                ["currency": .words(MoneyCurrency.codes), "base": .words(of: MoneyPolicy.Base.self)]),
            "timezone": text,
            "enroll": SectionShape.all(.enroll, ["unknown_card": .words(of: UnknownCard.self)]),
            "late_limit": .form(.span),
            "unclaimed": SectionShape.all(.unclaimed, required: ["keep"], ["keep": .form(.lifetime)]),
            "points": .map(.currencyName, currency, 1...Int.max),
            "profile": .map(.attribute, attribute, 0...ProgramBuilder.mostAttributes),
            "tiers": tiers,
            "eligible": expression,
            "groups": .list(
                of: SectionShape.all(
                    .group, required: ["id", "mode"],
                    ["id": .form(.id), "mode": .words(of: RuleGroup.Mode.self)])),
            "campaigns": .list(of: campaign, 0...ProgramBuilder.mostCampaigns),
            "rules": .list(of: rule, 0...ProgramBuilder.mostRules),
            "caps": .list(of: cap, 0...ProgramBuilder.mostCaps),
            "redemption": redemption,
            "returns": SectionShape.all(
                .returns,
                [
                    "clawback": .words(of: ReturnPolicy.Clawback.self),
                    "restore": .words(of: ReturnPolicy.Restore.self), "goodwill": .form(.span),
                    "tier": .words(of: ReturnPolicy.TierFall.self),
                ]),
            "referral": SectionShape.kinds(
                .referral,
                [
                    (["referrer"], referral.merging(["referrer": bonus, "limit": limit]) { $1 }),
                    (["referred"], referral),
                ]),
            "pools": SectionShape.all(
                .pools, required: ["kinds"],
                [
                    "kinds": .list(of: .words(of: PoolPolicy.Kind.self), count: 1...Int.max, isUnique: true),
                    "most_members": .integer(2...ProgramBuilder.mostPoolMembers), "limit": limit,
                ]),
            "transfers": SectionShape.all(
                .transfers, required: ["allowed"], ["allowed": .boolean, "limit": limit]),
            "tests": .list(of: .either([test, scenario])),
        ])

    private static let title = DocumentShape.map(.language, text)

    private static let referral: [String: DocumentShape] = [
        "referred": bonus, "within": .form(.lifetime), "minimum": .integer(1...ProgramBuilder.greatestMoney),
    ]

    private static let bonus = SectionShape.all(
        .bonus, required: ["points"],
        ["points": points, "into": .form(.name), "after": .words(of: ReferralPolicy.Moment.self)])

    // MARK: Points, profile and tiers

    private static let currency = SectionShape.all(
        .currency,
        [
            "kind": .words(of: PointCurrency.Kind.self),
            "title": title,
            "decimals": .integer(0...4),
            "expiry": .either([
                .words(["never"]),
                SectionShape.kinds(
                    .expiry,
                    [
                        (
                            ["after"],
                            [
                                "after": .form(.lifetime), "end_of": .words(of: ProgramBuilder.ExpiryPeriod.self),
                                "from": .words(of: ExpiryStart.self),
                            ]
                        ),
                        (
                            ["dates"],
                            [
                                "dates": .list(of: .form(.yearDay), 1...Int.max), "at_least": .form(.span),
                                "from": .words(of: ExpiryStart.self),
                            ]
                        ),
                        (["inactivity"], ["inactivity": .form(.lifetime)]),
                    ]),
            ]),
            "vesting": .either([
                .words(["immediate"]),
                SectionShape.kinds(
                    .vesting,
                    [
                        (["after"], ["after": .form(.lifetime)]),
                        (
                            ["dates"],
                            ["dates": .list(of: .form(.yearDay), 1...Int.max), "at_least": .form(.span)]
                        ),
                        (
                            ["until_event", "cancel_after"],
                            ["until_event": .words(["confirm"]), "cancel_after": .form(.lifetime)]
                        ),
                    ]),
            ]),
            "debt": SectionShape.kinds(
                .debt,
                [
                    (
                        ["policy"],
                        ["policy": .words(["allow"]), "limit": .integer(1...ProgramBuilder.greatestBudget)]
                    ),
                    (["policy"], ["policy": .words(["clamp", "refuse"])]),
                ]),
            "same_purchase": .boolean,
        ])

    private static let attribute = SectionShape.kinds(
        .attribute,
        [
            (
                ["type"],
                ["type": .words(["string"]), "max": .integer(1...ProgramBuilder.longestText), "values": texts]
            ),
            (
                ["type"],
                [
                    "type": .words(["integer"]), "from": .integer(Int64.min...Int64.max),
                    "to": .integer(Int64.min...Int64.max),
                ]
            ),
            (["type"], ["type": .words(["boolean", "date"])]),
        ])

    private static let tiers = SectionShape.all(
        .tiers, required: ["metric", "levels"],
        [
            "metric": .either([
                .words(of: ProgramBuilder.TierMetricWord.self),
                SectionShape.all(.metric, required: ["earned"], ["earned": .form(.name)]),
            ]),
            "window": .either([
                .words(of: ProgramBuilder.TierWindowWord.self),
                SectionShape.all(.window, required: ["rolling"], ["rolling": .form(.days)]),
            ]),
            "downgrade": .words(of: TierPolicy.Downgrade.self),
            "grace": .form(.days),
            "levels": .list(
                of: SectionShape.all(
                    .level, required: ["id", "from"], ["id": .form(.id), "from": amount, "title": title]),
                1...Int.max),
        ])

    // MARK: Rules and what bounds them

    private static let effective = SectionShape.all(
        .effective, least: 1, ["from": .form(.dateTime), "until": .form(.dateTime)])

    private static let campaign = SectionShape.all(
        .campaign, required: ["id"],
        [
            "id": .form(.id),
            "title": title,
            "effective": effective,
            "budget": SectionShape.all(
                .budget, required: ["points"],
                [
                    "points": .integer(1...ProgramBuilder.greatestBudget),
                    "when_short": .words(of: Campaign.Budget.Shortage.self),
                ]),
            "holdout": SectionShape.all(
                .holdout, required: ["percent", "salt"],
                ["percent": .integer(1...99), "salt": .text(longest: 64)]),
        ])

    private static let points = DocumentShape.integer(1...ProgramBuilder.greatestPoints)

    private static func quantity(_ range: ClosedRange<Int64>) -> DocumentShape {
        .either([.integer(range), expression])
    }

    private static let rule = SectionShape.all(
        .rule, required: ["id", "event"], oneOf: ["earn", "multiply", "each_item", "stamp"],
        [
            "id": .form(.id),
            "event": .form(.name),
            "when": expression,
            "campaign": .form(.id),
            "earn": earn,
            "multiply": SectionShape.all(
                .multiply, required: ["rules", "factor"],
                ["rules": ruleNames, "factor": .form(.factor), "where": expression]),
            "each_item": SectionShape.all(
                .eachItem, required: ["points"],
                [
                    "where": expression, "points": quantity(1...ProgramBuilder.greatestPoints),
                    "into": .form(.name),
                ]),
            "stamp": stamp,
            "limit": limit,
            "group": .form(.id),
            "priority": .integer(-1_000_000...1_000_000),
            "effective": effective,
        ])

    private static let stamp: DocumentShape = {
        let card: [String: DocumentShape] = [
            "card": .form(.id), "count": quantity(1...1_000_000), "size": .integer(1...1_000_000),
        ]
        return SectionShape.kinds(
            .stamp,
            [
                (["card", "size", "points"], card.merging(["points": points, "into": .form(.name)]) { $1 }),
                (["card", "size", "reward"], card.merging(["reward": .form(.id)]) { $1 }),
            ])
    }()

    private static let limit = SectionShape.all(
        .limit, required: ["window"], oneOf: ["count", "points"],
        [
            "count": .integer(1...ProgramBuilder.greatestBudget),
            "points": .integer(1...ProgramBuilder.greatestBudget), "per": .words(["member"]), "window": window,
        ])

    private static let earn = SectionShape.kinds(
        .earn,
        [
            (
                ["points", "per"],
                [
                    "points": points, "per": .integer(1...ProgramBuilder.greatestMoney),
                    "of": .words(of: Earning.Figure.self), "into": .form(.name), "where": expression,
                    "exact": .boolean, "carry": .boolean, "rounding": .words(of: Rounding.self),
                ]
            ),
            (
                ["points"],
                [
                    "points": quantity(1...ProgramBuilder.greatestPoints), "into": .form(.name),
                    "where": expression,
                ]
            ),
        ])

    private static let ruleNames = DocumentShape.list(of: .form(.id), count: 1...Int.max, isUnique: true)

    private static let window = DocumentShape.either([
        .words(of: ProgramBuilder.WindowWord.self),
        SectionShape.all(.window, required: ["rolling"], ["rolling": .form(.days)]),
    ])

    private static let cap = SectionShape.all(
        .cap, required: ["id", "window", "points", "rules"],
        [
            "id": .form(.id), "per": .words(["member"]), "window": window,
            "points": .integer(1...ProgramBuilder.greatestBudget), "rules": ruleNames,
        ])

    // MARK: Spending

    private static let budget = DocumentShape.integer(1...ProgramBuilder.greatestBudget)

    private static let voucher = SectionShape.all(
        .voucher,
        [
            "after": .form(.lifetime), "from": .form(.dateTime), "valid": .form(.lifetime),
            "until": .form(.dateTime),
        ])

    private static let redemption = SectionShape.all(
        .redemption,
        [
            "pay": SectionShape.all(
                .pay, required: ["worth"],
                [
                    "points": .form(.name), "worth": .either([.form(.decimal), .integer(1...999_999_999)]),
                    "minimum": budget, "step": budget, "most": .form(.share), "earns": .boolean,
                ]),
            "holds": SectionShape.all(.holds, ["timeout": .form(.lifetime), "longest": .form(.lifetime)]),
            "allowances": SectionShape.all(
                .allowances,
                [
                    "valid": .form(.lifetime), "longest": .form(.lifetime), "settle_within": .form(.lifetime),
                    "most": budget,
                ]),
            "rewards": .list(
                of: SectionShape.all(
                    .reward, required: ["id"],
                    [
                        "id": .form(.id), "title": title, "points": .form(.name), "cost": budget,
                        "tiers": .map(.id, budget), "stock": .integer(0...ProgramBuilder.greatestBudget),
                        "limit": limit, "voucher": voucher, "effective": effective,
                    ]), 0...ProgramBuilder.mostRewards),
        ])

    // MARK: Tests

    private static let attributes = DocumentShape.map(
        .anything, .either([.text(longest: 256), .integer(Int64.min...Int64.max), .boolean]))

    private static let used = DocumentShape.map(.name, .integer(0...ProgramBuilder.greatestBudget))

    private static let allUsed = SectionShape.all(
        .used, ["campaigns": used, "caps": used, "limits": used, "stamps": used, "carried": used])

    private static let member = SectionShape.all(
        .member,
        [
            "id": text, "tier": .form(.id), "attrs": attributes, "tags": texts, "segments": texts,
            "purchase_count": amount, "days_since_last": .integer(0...1_000_000),
            "enrolled_days": .integer(0...1_000_000), "balance": .map(.name, amount),
        ])

    private static let order: [String: DocumentShape] = [
        "time": .form(.dateTime), "id": text, "store": text, "terminal": text, "channel": text, "tags": texts,
        "coupons": texts, "items": .list(of: item),
    ]

    private static let test = SectionShape.all(
        .test, required: ["name", "expect"], oneOf: ["order", "event"],
        [
            "name": text,
            "member": member,
            "used": allUsed,
            "order": SectionShape.all(.order, required: ["time", "items"], order),
            "event": SectionShape.all(
                .event, required: ["time", "type"],
                ["time": .form(.dateTime), "type": .form(.name), "attrs": attributes]),
            "expect": .map(keys: .name, values: amount, count: any, named: ["rules": .map(.id, amount)]),
        ])

    private static let scenario = SectionShape.all(
        .scenario, required: ["name", "steps"],
        [
            "name": text, "member": member, "joined": .form(.dateTime), "used": allUsed,
            "steps": .list(of: step, 1...Int.max),
        ])

    private static let positive = DocumentShape.integer(1...Int64.max)

    private static let step = SectionShape.all(
        .step,
        oneOf: [
            "purchase", "return", "confirm", "event", "redeem", "cancel", "top_up", "refund", "claim", "pool", "wait",
        ],
        [
            "purchase": SectionShape.all(
                .sale, required: ["items"], order.merging(["pay": budget, "value": budget]) { $1 }),
            "return": SectionShape.all(
                .givingBack, required: ["of"],
                [
                    "of": text, "time": .form(.dateTime), "amount": positive,
                    "items": .list(
                        of: SectionShape.all(
                            .returnedLine, required: ["line"],
                            ["line": .integer(0...999), "quantity": positive, "amount": amount])),
                ]),
            "confirm": SectionShape.all(.confirming, required: ["of"], ["of": text, "time": .form(.dateTime)]),
            "event": SectionShape.all(
                .event, required: ["type"], ["time": .form(.dateTime), "type": .form(.name), "attrs": attributes]),
            "redeem": SectionShape.all(
                .redeeming, oneOf: ["points", "reward"],
                [
                    "id": text, "time": .form(.dateTime), "points": budget, "reward": .form(.id),
                    "quantity": .integer(1...1000),
                ]),
            "cancel": SectionShape.all(.cancelling, required: ["of"], ["of": text, "time": .form(.dateTime)]),
            "top_up": SectionShape.all(
                .payingIn, required: ["amount"],
                ["id": text, "time": .form(.dateTime), "amount": budget, "value": .form(.name)]),
            "refund": SectionShape.all(
                .payingOut, required: ["of"], ["of": text, "time": .form(.dateTime), "amount": budget]),
            "claim": SectionShape.all(.claiming, ["time": .form(.dateTime)]),
            "pool": SectionShape.all(
                .joiningPool,
                [
                    "time": .form(.dateTime), "kind": .words(of: PoolPolicy.Kind.self),
                    "role": .words(of: PoolRole.self), "balance": .map(.name, amount),
                ]),
            "wait": .either([
                .form(.span), SectionShape.all(.waiting, required: ["until"], ["until": .form(.dateTime)]),
            ]),
            "expect": SectionShape.all(
                .expected,
                [
                    "refused": .boolean, "earned": points(by: .name), "rules": points(by: .id),
                    "taken_back": points(by: .name), "refund": amount, "balance": points(by: .name),
                    "pending": points(by: .name), "debt": points(by: .name), "tier": .form(.id), "vouchers": amount,
                    "referrer": points(by: .name), "pool": points(by: .name),
                ]),
        ])

    private static func points(by form: DocumentShape.Form) -> DocumentShape { .map(form, amount) }

    private static let item = SectionShape.all(
        .item, required: ["amount"],
        [
            "sku": text, "category": text, "tags": texts, "quantity": .integer(1...Int64.max), "amount": amount,
            "tax": amount,
        ])
}
