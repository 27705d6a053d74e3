// Wrong documents, and every word that is said about them.
//
// Each case starts with `*` and a name. It is the document below with the lines marked `-` replaced by those marked `+`,
// or the document whose lines are marked `=`. What follows is expected: each diagnostic on a line of its own, its hint
// on the next line, further in.

enum MistakesTable {
    static let base = """
        schema: kizuna.program/v1
        id: shop
        money: { currency: JPY, base: tax_included }
        timezone: Asia/Tokyo
        points:
          p: {}
        rules:
          - id: base
            event: purchase
            earn: { points: 1, per: 100 }
        tests: []

        """

    static let text = """
        # the form of the document

        * a tab
          -   p: {}
          + \tp: {}
            6:1: error: a tab is not allowed
              use spaces

        * a tab inside a text
          - id: shop
          + id: shop
          + title: { en: "a\tb" }
            3:16: error: a tab is not allowed
              use spaces

        * a control character
          - id: shop
          + id: shop # \u{7}
            2:12: error: the control character U+7 is not allowed
              remove it

        * a line separator
          - id: shop
          + id: shop # \u{2028}
            2:12: error: the control character U+2028 is not allowed
              remove it

        * an indentation of full-width spaces
          = schema: kizuna.program/v1
          = id: shop
          = money:
          = \u{3000}\u{3000}currency: JPY
          = timezone: Asia/Tokyo
          = points: { p: {} }
          = rules:
          =   - id: base
          =     event: purchase
          =     earn: { points: 1, per: 100 }
            3:7: error: money: has no value
              write {} where the defaults will do
            4:1: error: \u{3000}\u{3000}currency: `\u{3000}\u{3000}currency` is not known here
              it has characters of full width; use ordinary ones

        * an indentation of full-width spaces that is no key
          = schema: kizuna.program/v1
          = id: shop
          = rules:
          = \u{3000}- id: base
          =     event: purchase
            4:1: error: a full-width space is text, and indents nothing
              use ordinary spaces
            5:10: error: is not YAML: mapping values are not allowed in this context
              a text that contains `: ` needs quotes

        * a full-width space behind a colon and behind a dash
          = schema: kizuna.program/v1
          = rules:
          =   - id: base
          =     per:\u{3000}100
          =   -\u{3000}id: more # ，
          =     tags: ["：，", '：，']
            4:9: error: a full-width space is text, and separates nothing
              use ordinary spaces
            5:3: error: is not YAML: could not find expected ':'
              a key is followed by a colon and a space
            5:4: error: a full-width space is text, and separates nothing
              use ordinary spaces

        * a full-width colon and a full-width comma
          = schema： kizuna.program/v1
          = title: { en: Shop， ja: 店：店 }
          = note: 店：店
            1:7: error: a full-width colon is text, and ends no key
              write `: `
            2:6: error: is not YAML: mapping values are not allowed in this context
              a text that contains `: ` needs quotes
            2:18: error: a full-width comma is text, and separates nothing
              write `, `

        * a directive
          - schema: kizuna.program/v1
          + %YAML 1.2
          + ---
          + schema: kizuna.program/v1
            1:1: error: directives are not allowed
              remove the line

        * a second document
          - tests: []
          + tests: []
          + ---
          + id: other
            12:1: error: only one document is allowed
              remove what follows `---`

        * an anchor
          -   p: {}
          +   p: &p {}
            6:6: error: points.p: anchors are not allowed
              write it out

        * an alias
          -   p: {}
          +   p: &p {}
          +   q: *p
            6:6: error: points.p: anchors are not allowed
              write it out

        * an alias of nothing
          -   p: {}
          +   p: *q
            6:6: error: aliases are not allowed
              write it out

        * a tag
          - id: shop
          + id: !!str shop
            2:5: error: id: tags are not allowed
              write it out

        * a bare tag
          - id: shop
          + id: ! shop
            2:5: error: id: tags are not allowed
              write it out

        * a tag on a key
          - id: shop
          + !!str id: shop
            2:1: error: tags are not allowed
              write it out

        * a merge key
          -   p: {}
          +   p: { <<: {} }
            6:8: error: points.p: merge keys are not allowed
              write it out

        * a key twice
          - id: shop
          + id: shop
          + id: shop2
            3:1: error: id: the key `id` is there twice
              first on line 2

        * keys twice in several places
          - money: { currency: JPY, base: tax_included }
          + "id": shop
          + money: { currency: JPY, base: tax_included, currency: USD, 'base': tax_included, currency: EUR }
            3:1: error: id: the key `id` is there twice
              first on line 2
            4:45: error: money.currency: the key `currency` is there twice
              first on line 4
            4:60: error: money.base: the key `base` is there twice
              first on line 4
            4:82: error: money.currency: the key `currency` is there twice
              first on line 4

        * a key that is a list
          - id: shop
          + id: shop
          + ? [a]
          + : b
            3:3: error: a key must be a text, not a list

        * a colon in a text without quotes
          - id: shop
          + id: shop: a
            2:9: error: is not YAML: mapping values are not allowed in this context
              a text that contains `: ` needs quotes

        * bad indentation
          -     event: purchase
          +    event: purchase
            9:4: error: is not YAML: did not find expected '-' indicator
              check how far the line is indented

        * an open bracket
          - tests: []
          + tests: [
            12:1: error: is not YAML: did not find expected node content
              check commas and closing brackets

        * an open quote
          - id: shop
          + id: "shop
            12:1: error: is not YAML: found unexpected end of stream
              a quote or a bracket is not closed

        * a text that starts with @
          - id: shop
          + id: @shop
            2:5: error: is not YAML: found character that cannot start any token
              a text that starts with this character needs quotes

        * a list instead of a mapping
          = - a
          = - b
            1:1: error: must be a mapping of keys and values, not a list

        * a text instead of a mapping
          = hello
            1:1: error: must be a mapping of keys and values, not a single value

        * nothing
            1:1: error: the document is empty

        * only a comment
          = # nothing
            1:1: error: the document is empty

        # the program

        * a key that is misspelt
          - timezone: Asia/Tokyo
          + time_zone: Asia/Tokyo
            1:1: error: `timezone` is missing
            4:1: error: time_zone: `time_zone` is not known here
              did you mean `timezone`?

        * a key that nobody knows
          - id: shop
          + id: shop
          + colour: red
            3:1: error: colour: `colour` is not known here
              known here: schema, id, title, money, timezone, enroll, late_limit, unclaimed, points, profile, tiers, eligible, groups, campaigns, rules, caps, redemption, returns, referral, pools, transfers, tests

        * another schema
          - schema: kizuna.program/v1
          + schema: kizuna.program/v2
            1:9: error: schema: `kizuna.program/v2` is not a schema that this version reads
              write kizuna.program/v1

        * no schema
          - schema: kizuna.program/v1
            1:1: error: `schema` is missing

        * an id in capitals
          - id: shop
          + id: My Shop
            2:5: error: id: `My Shop` is not an id
              write `my-shop`

        * an id that starts with a digit
          - id: shop
          + id: 7eleven
            2:5: error: id: `7eleven` is not an id
              an id has lower-case letters, digits and hyphens, and starts with a letter

        * an id that is a number
          - id: shop
          + id: 7
            2:5: error: id: `7` is not an id
              an id has lower-case letters, digits and hyphens, and starts with a letter

        * an id that is a truth value
          - id: shop
          + id: true
            2:5: error: id: must be a text, and `true` without quotes is none
              write "true"

        * an id that is empty
          - id: shop
          + id:
            2:4: error: id: has no value

        * an id that is null
          - id: shop
          + id: ~
            2:5: error: id: has no value

        * an id that is too long
          - id: shop
          + id: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            2:5: error: id: an id must have at most 64 characters

        * a title without languages
          - id: shop
          + id: shop
          + title: My shop
            3:8: error: title: must be a mapping of languages to texts
              write { en: My shop }

        * a title in no language
          - id: shop
          + id: shop
          + title: { English: My shop }
            3:10: error: title.English: `English` is not a language tag
              such as en, ja or zh-Hant

        * a title that is a number
          - id: shop
          + id: shop
          + title: { en: 711 }
            3:14: error: title.en: must be a text, and `711` without quotes is none
              write "711"

        * an unknown currency
          - money: { currency: JPY, base: tax_included }
          + money: { currency: YEN, base: tax_included }
            3:20: error: money.currency: `YEN` is not an active ISO 4217 currency with a minor unit

        * a currency in small letters
          - money: { currency: JPY, base: tax_included }
          + money: { currency: jpy, base: tax_included }
            3:20: error: money.currency: `jpy` is not an active ISO 4217 currency with a minor unit
              write JPY

        * a currency without a minor unit
          - money: { currency: JPY, base: tax_included }
          + money: { currency: XAU, base: tax_included }
            3:20: error: money.currency: `XAU` is not an active ISO 4217 currency with a minor unit

        * no base
          - money: { currency: JPY, base: tax_included }
          + money: { currency: JPY }
            3:8: error: money: `base` is missing

        * an unknown base
          - money: { currency: JPY, base: tax_included }
          + money: { currency: JPY, base: tax_include }
            3:31: error: money.base: must be one of `tax_excluded`, `tax_included`
              did you mean `tax_included`?

        * an unknown zone
          - timezone: Asia/Tokyo
          + timezone: Asia/Tokio
            4:11: error: timezone: there is no time zone `Asia/Tokio`
              an IANA name such as Asia/Tokyo

        * an unknown policy for cards
          - id: shop
          + id: shop
          + enroll: { unknown_card: yes }
            3:25: error: enroll.unknown_card: must be one of `refuse`, `enroll`

        * a number beyond 64 bits
          -   p: {}
          +   p: { decimals: 99999999999999999999 }
            6:18: error: points.p.decimals: must be from 0 to 4

        * a list where a text belongs
          - id: shop
          + id: [shop]
            2:5: error: id: must be a text, not a list

        * a span without a unit
          - id: shop
          + id: shop
          + late_limit: 30
            3:13: error: late_limit: must be a span such as `30 days`
              name the unit: `30 days`, `30 months`

        * a span with an unknown unit
          - id: shop
          + id: shop
          + late_limit: 2 fortnights
            3:13: error: late_limit: must be a span such as `30 days`
              the units are minutes, hours, days, weeks, months and years

        # sales without a member

        * sales that nobody could claim in time
          - id: shop
          + id: shop
          + late_limit: 7 days
          + unclaimed: { keep: 14 days }
            4:20: error: unclaimed.keep: must be at most `late_limit` (7 days)
              what is claimed is a purchase that comes in late

        * sales that are kept beyond the limit that holds by itself
          - id: shop
          + id: shop
          + unclaimed: { keep: 31 days }
            3:20: error: unclaimed.keep: must be at most `late_limit` (30 days)
              what is claimed is a purchase that comes in late

        * sales that are kept for no time, and for nobody knows how long
          - id: shop
          + id: shop
          + unclaimed: { keep: 0 days }
            3:20: error: unclaimed.keep: must be more than nothing

        * sales that are kept
          - id: shop
          + id: shop
          + unclaimed: { kept: 7 days }
            3:12: error: unclaimed: `keep` is missing
            3:14: error: unclaimed.kept: `kept` is not known here
              known here: keep

        # points for tills that cannot ask

        * allowances that are not
          - tests: []
          + tests: []
          + redemption: { allowances: { valid: 0 hours, settle_within: 2 years, most: 0, longer: 1 day } }
            12:36: error: redemption.allowances.valid: must be more than nothing and at most a year
            12:60: error: redemption.allowances.settle_within: must be more than nothing and at most a year
            12:75: error: redemption.allowances.most: must be from 1 to 1000000000000000
            12:78: error: redemption.allowances.longer: `longer` is not known here
              did you mean `longest`?

        * allowances that are valid for longer than any may be
          - tests: []
          + tests: []
          + redemption: { allowances: { valid: 4 days } }
            12:36: error: redemption.allowances.valid: `valid` must be at most `longest` (72 hours)

        # referrals and pools

        * a referral that gives nobody anything
          - tests: []
          + tests: []
          + referral: { within: 0 days, limit: { count: 1, window: lifetime } }
            12:11: error: referral: needs `referrer`, `referred` or both
              who gets something
            12:21: error: referral.within: must be more than nothing
            12:36: error: referral.limit: limits what the referrer gets: needs `referrer`

        * a referral that pays at another time, and into what there is not
          - tests: []
          + tests: []
          + referral:
          +   referrer: { points: 200, after: first_sale }
          +   referred: { points: 0, into: q }
          +   refered: {}
            13:35: error: referral.referrer.after: must be one of `claim`, `first_purchase`
            14:23: error: referral.referred.points: must be from 1 to 1000000000
            14:32: error: referral.referred.into: there is no point currency `q`
              there is `p`
            15:3: error: referral.refered: `refered` is not known here
              did you mean `referred`?

        * pools of another kind, too small, and limited by times
          - tests: []
          + tests: []
          + pools: { kinds: [household, family, household], most_members: 1, limit: { count: 3, window: lifetime } }
            12:29: error: pools.kinds[1]: must be one of `household`, `company`
            12:37: error: pools.kinds[2]: `household` is there twice
            12:63: error: pools.most_members: must be from 2 to 32
            12:73: error: pools.limit: what members use of each other is limited by `points`

        * pools without kinds
          - tests: []
          + tests: []
          + pools: { most_members: 4 }
          + redemption: { rewards: [] }
            12:8: error: pools: `kinds` is missing

        * a test with a referral and a pool that the program does not have
          - tests: []
          + tests:
          +   - name: a
          +     steps:
          +       - claim: { time: "2026-05-16T10:00:00+09:00" }
          +       - pool: { role: earner }
            14:16: error: tests[0].steps[0].claim: nobody refers anybody in this program
            15:15: error: tests[0].steps[1].pool: there are no pools in this program
            15:23: error: tests[0].steps[1].pool.role: must be one of `spend`, `earn`
              did you mean `earn`?

        # points

        * no currency
          -   p: {}
          +   {}
            6:3: error: points: at least one point currency is needed

        * a list of currencies
          -   p: {}
          +   - p
            6:3: error: points: must be a mapping of keys and values, not a list

        * a currency without a value
          -   p: {}
          +   p:
            6:5: error: points.p: has no value
              write {} where the defaults will do

        * a currency with a reserved name
          -   p: {}
          +   p: {}
          +   rules: { kind: status }
            7:3: error: points.rules: a point currency cannot be called `rules`
              tests use this word

        * a currency with a bad name
          -   p: {}
          +   Points: {}
            6:3: error: points.Points: `Points` is not an id
              write `points`

        * stored value that is owed, or counted in other decimals
          -   p: {}
          +   p: {}
          +   card: { kind: stored_value, debt: { policy: allow }, vesting: immediate, decimals: 2 }
            7:37: error: points.card.debt: stored value is money that was paid in
              take `debt` out
            7:65: error: points.card.vesting: stored value is money that was paid in
              take `vesting` out
            7:86: error: points.card.decimals: stored value has the decimals of JPY
              take it out, or write 0

        * stored value that is earned
          -   p: {}
          +   p: { kind: stored_value }
            10:11: error: rules[0].earn: `into` is missing, and there is no spendable point currency to pay into

        * stored value that pays as points, or counts toward levels
          -   p: {}
          +   p: {}
          +   card: { kind: stored_value }
          + redemption: { pay: { points: card, worth: 1 } }
          + tiers: { metric: { earned: card }, levels: [{ id: a, from: 0 }] }
            8:30: error: redemption.pay.points: `card` is money already, and no points
            9:28: error: tiers.metric.earned: `card` is paid in and never earned
              use `spend`

        * a test with stored value that there is not
          - tests: []
          + tests:
          +   - name: a
          +     steps:
          +       - top_up: { time: "2026-05-16T10:00:00+09:00", amount: 5000 }
          +       - purchase: { items: [{ amount: 100 }], value: 100 }
          +       - refund: { of: b }
            14:17: error: tests[0].steps[0].top_up: the program has no stored value
              a point currency with `kind: stored_value`
            15:54: error: tests[0].steps[1].purchase.value: the program has no stored value
              a point currency with `kind: stored_value`
            16:23: error: tests[0].steps[2].refund.of: no top-up above is called `b`
              there is `1`, `2`

        * an unknown kind
          -   p: {}
          +   p: { kind: stauts }
            6:14: error: points.p.kind: must be one of `spendable`, `status`, `stored_value`
              did you mean `status`?

        * too many decimals
          -   p: {}
          +   p: { decimals: 5 }
            6:18: error: points.p.decimals: must be from 0 to 4

        * vesting by a word
          -   p: {}
          +   p: { vesting: 7 days }
            6:17: error: points.p.vesting: must be `immediate` or a mapping with `after`, `dates` or `until_event`
              write { after: 7 days }

        * vesting twice
          -   p: {}
          +   p: { vesting: { after: 7 days, until_event: confirm, cancel_after: 30 days } }
            6:26: error: points.p.vesting.after: does not go with `until_event`
              points vest by one policy

        * vesting on a day and after a time
          -   p: {}
          +   p: { vesting: { dates: [04-01], after: 7 days } }
            6:42: error: points.p.vesting.after: does not go with `dates`
              points vest by one policy

        * vesting on a day that no year has
          -   p: {}
          +   p: { vesting: { dates: [04-31] } }
            6:27: error: points.p.vesting.dates[0]: `04-31` is not a day of the year
              such as 03-31

        * vesting at least so far away from no day
          -   p: {}
          +   p: { vesting: { after: 7 days, at_least: 3 days } }
            6:44: error: points.p.vesting.at_least: needs `dates`

        * a life that counts from a word
          -   p: {}
          +   p: { expiry: { after: 1 year, from: purchase } }
            6:39: error: points.p.expiry.from: must be one of `vesting`, `earning`

        * a life without activity that counts from earning
          -   p: {}
          +   p: { expiry: { inactivity: 1 year, from: earning } }
            6:44: error: points.p.expiry.from: does not go with `inactivity`
              every purchase begins anew

        * vesting that waits for ever
          -   p: {}
          +   p: { vesting: { until_event: confirm } }
            6:17: error: points.p.vesting: `cancel_after` is missing

        * a debt policy
          -   p: {}
          +   p: { debt: { policy: alow } }
            6:24: error: points.p.debt.policy: must be one of `allow`, `clamp`, `refuse`
              did you mean `allow`?

        * a limit of debts that there are not
          -   p: {}
          +   p: { debt: { policy: clamp, limit: 5 } }
            6:38: error: points.p.debt.limit: only `policy: allow` has a limit

        * an expiry that is only a span
          -   p: {}
          +   p: { expiry: 12 months }
            6:16: error: points.p.expiry: must be `never` or a mapping with `after`, `dates` or `inactivity`
              write { after: 12 months }

        * an expiry without a span
          -   p: {}
          +   p: { expiry: { end_of: month } }
            6:16: error: points.p.expiry: `after` is missing

        * an expiry at the end of a week
          -   p: {}
          +   p: { expiry: { after: 12 months, end_of: week } }
            6:44: error: points.p.expiry.end_of: must be one of `month`, `quarter`, `year`

        * an expiry at once
          -   p: {}
          +   p: { expiry: { after: 0 days } }
            6:25: error: points.p.expiry.after: points must live longer than that

        * an expiry by two policies
          -   p: {}
          +   p: { expiry: { inactivity: 18 months, dates: [03-31] } }
            6:30: error: points.p.expiry.inactivity: does not go with `dates`
              points lapse by one policy

        * an expiry by a time and on days
          -   p: {}
          +   p: { expiry: { after: 1 year, dates: [03-31] } }
            6:25: error: points.p.expiry.after: does not go with `dates`
              points lapse by one policy

        * an expiry by a time and without purchases
          -   p: {}
          +   p: { expiry: { after: 1 year, end_of: month, inactivity: 18 months } }
            6:25: error: points.p.expiry.after: does not go with `inactivity`
              points lapse by one policy
            6:41: error: points.p.expiry.end_of: does not go with `inactivity`
              points lapse by one policy

        * an expiry on a day that no year has
          -   p: {}
          +   p: { expiry: { dates: [02-30], at_least: 30 days } }
            6:26: error: points.p.expiry.dates[0]: `02-30` is not a day of the year
              such as 03-31

        * at_least without dates
          -   p: {}
          +   p: { expiry: { after: 1 year, at_least: 30 days } }
            6:43: error: points.p.expiry.at_least: needs `dates`

        * status points that lapse
          -   p: {}
          +   p: {}
          +   s: { kind: status, expiry: { after: 1 year } }
            7:30: error: points.s.expiry: status points do not lapse
              the window of the tiers decides which of them count

        # redemption

        * points without a worth
          -   p: {}
          +   p: {}
          + redemption: { pay: { points: p } }
            7:20: error: redemption.pay: `worth` is missing

        * a worth that is a binary fraction
          -   p: {}
          +   p: {}
          + redemption: { pay: { worth: 0.5 } }
            7:29: error: redemption.pay.worth: must be a decimal in quotes with at most three places, so that no reader takes it for a binary fraction
              write "0.5"

        * a share of more than all
          -   p: {}
          +   p: {}
          + redemption: { pay: { worth: 1, most: "1.5" } }
            7:38: error: redemption.pay.most: must be from 0.001 to 1

        * status points that pay
          -   p: {}
          +   p: {}
          +   s: { kind: status }
          + redemption: { pay: { points: s, worth: 1 } }
            8:30: error: redemption.pay.points: `s` cannot be spent

        * own points that pay and do not earn
          -   p: {}
          +   p: { same_purchase: true }
          + redemption: { pay: { worth: 1 } }
            7:20: error: redemption.pay: points that pay the purchase that earns them need `earns: true`
              else what is earned would hang on what is paid, and that on what is earned

        * a hold that is longer than the longest
          -   p: {}
          +   p: {}
          + redemption: { holds: { timeout: 2 days, longest: 24 hours } }
            7:33: error: redemption.holds.timeout: `timeout` must be at most `longest` (24 hours)

        * a reward twice
          -   p: {}
          +   p: {}
          + redemption: { rewards: [{ id: mug, cost: 5 }, { id: mug, cost: 6 }] }
            7:53: error: redemption.rewards[1].id: the reward `mug` is there twice
              first on line 7

        * a reward by points per member
          -   p: {}
          +   p: {}
          + redemption: { rewards: [{ id: mug, cost: 5, limit: { points: 10, window: lifetime } }] }
            7:52: error: redemption.rewards[0].limit: a reward is limited by `count`
              such as { count: 2, per: member, … }

        * a voucher that is over at once
          -   p: {}
          +   p: {}
          + redemption: { rewards: [{ id: mug, cost: 5, voucher: { valid: 0 days } }] }
            7:63: error: redemption.rewards[0].voucher.valid: a voucher must live longer than that

        * a voucher that ends before it begins
          -   p: {}
          +   p: {}
          + redemption: { rewards: [{ id: mug, cost: 5, voucher: { from: "2026-06-01T00:00:00Z", until: "2026-05-01T00:00:00Z" } }] }
            7:93: error: redemption.rewards[0].voucher.until: must be later than `from`
              `until` is the first instant that is too late

        * a voucher that waits for nothing
          -   p: {}
          +   p: {}
          + redemption: { rewards: [{ id: mug, cost: 5, voucher: { after: 0 days } }] }
            7:63: error: redemption.rewards[0].voucher.after: must be more than nothing
              take it out

        * a clawback that is not known
          -   p: {}
          +   p: {}
          + returns: { clawback: recomputed }
            7:22: error: returns.clawback: must be one of `recompute`, `proportional`
              did you mean `recompute`?

        # tiers

        * an unknown currency
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: { earned: q }, levels: [{ id: a, from: 0 }] }
            11:28: error: tiers.metric.earned: there is no point currency `q`
              there is `p`

        * an unknown metric
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spent, levels: [{ id: a, from: 0 }] }
            11:18: error: tiers.metric: must be `spend`, `visits` or { earned: <point currency> }

        * a point currency as the metric
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: p, levels: [{ id: a, from: 0 }] }
            11:18: error: tiers.metric: must be `spend`, `visits` or { earned: <point currency> }
              write { earned: p }

        * a window that is not known
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, window: year, levels: [{ id: a, from: 0 }] }
            11:33: error: tiers.window: must be one of `calendar_month`, `calendar_quarter`, `calendar_year`, `membership_year`, `lifetime`
              did you mean `calendar_year`?

        * a rolling window of levels in hours
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: visits, window: { rolling: 24 hours }, levels: [{ id: a, from: 0 }] }
            11:45: error: tiers.window.rolling: must be whole days, weeks, months or years
              such as `30 days`

        * a rolling window of levels that is too long
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: visits, window: { rolling: 3 years }, levels: [{ id: a, from: 0 }] }
            11:45: error: tiers.window.rolling: must be at most 2 years
              or use `lifetime`

        * grace without a unit
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, grace: 30, levels: [{ id: a, from: 0 }] }
            11:32: error: tiers.grace: must be a span such as `30 days`
              name the unit: `30 days`, `30 months`

        * grace that is too long
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, grace: 13 months, levels: [{ id: a, from: 0 }] }
            11:32: error: tiers.grace: must be at most 1 year

        * levels that never end and go down
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, window: lifetime, downgrade: one_level, grace: 30 days, levels: [{ id: a, from: 0 }] }
            11:54: error: tiers.downgrade: levels of a lifetime never end
              take it out, or take another window
            11:72: error: tiers.grace: levels of a lifetime never end
              take it out, or take another window

        * an unknown downgrade
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, downgrade: none, levels: [{ id: a, from: 0 }] }
            11:36: error: tiers.downgrade: must be one of `one_level`, `recompute`, `never`

        * no levels
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, levels: [] }
            11:33: error: tiers.levels: at least one level is needed

        * a first level above 0
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, levels: [{ id: a, from: 1 }] }
            11:49: error: tiers.levels[0].from: the first level must start from 0
              every member has a level

        * levels that do not rise
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, levels: [{ id: a, from: 0 }, { id: b, from: 0 }] }
            11:69: error: tiers.levels[1].from: must be more than 0
              levels rise from one to the next

        * a level twice
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + tiers: { metric: spend, levels: [{ id: a, from: 0 }, { id: a, from: 1 }] }
            11:60: error: tiers.levels[1].id: the level `a` is there twice
              first on line 11

        # rules

        * a rule twice
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: base, event: purchase, earn: { points: 5 } }
            11:11: error: rules[1].id: the rule `base` is there twice
              first on line 8

        * neither earn nor multiply
          -     earn: { points: 1, per: 100 }
            8:5: error: rules[0]: needs `earn`, `multiply`, `each_item` or `stamp`

        * both earn and multiply
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +     multiply: { rules: [base], factor: "2" }
            11:15: error: rules[0].multiply: a rule gives one thing, and this one has `earn` already
              make `multiply` a rule

        * a condition on levels that there are not
          -     event: purchase
          +     event: purchase
          +     when: member.tier == "gold"
            10:17: error: rules[0].when: undefined field 'tier' of 'the member'
              known fields: attrs, balance, days_since_last, enrolled_days, first_purchase, id, purchase_count, segments, tags

        * a limit without a window
          -     event: purchase
          +     event: purchase
          +     limit: { count: 1, per: member }
            10:12: error: rules[0].limit: `window` is missing

        * a misspelt key
          -     event: purchase
          +     event: purchase
          +     prioriti: 1
            10:5: error: rules[0].prioriti: `prioriti` is not known here
              did you mean `priority`?

        * an event that the engine brings about
          -     event: purchase
          +     event: birthday
            9:12: error: rules[0].event: the profile has no birthday
              add `birthday: { type: date }` to `profile`
            10:29: error: rules[0].earn.per: only purchases have lines and sums

        * an event of referrals where nobody refers anybody
          -     event: purchase
          +     event: referral
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1 }
            9:12: error: rules[0].event: nobody refers anybody in this program
              add `referral`, which brings it about

        * a misspelt event
          -     event: purchase
          +     event: purchse
            9:12: error: rules[0].event: `purchse` is nearly the name of a known event
              did you mean `purchase`?

        * no points
          -     earn: { points: 1, per: 100 }
          +     earn: { per: 100 }
            10:11: error: rules[0].earn: `points` is missing

        * no points at all
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 0, per: 100 }
            10:21: error: rules[0].earn.points: must be from 1 to 1000000000

        * half a point
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 0.5, per: 100 }
            10:21: error: rules[0].earn.points: must be a whole decimal number

        * a float that is whole
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1.0, per: 100 }
            10:21: error: rules[0].earn.points: must be a whole decimal number
              write 1

        * an octal number
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 0100 }
            10:29: error: rules[0].earn.per: must be a whole decimal number

        * a hexadecimal number
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 0x64 }
            10:29: error: rules[0].earn.per: must be a whole decimal number

        * an underscore in a number
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 1_000 }
            10:29: error: rules[0].earn.per: must be a whole decimal number
              write 1000

        * an exponent in a number
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 1e2 }
            10:29: error: rules[0].earn.per: must be a whole decimal number

        * a plus sign
          -     earn: { points: 1, per: 100 }
          +     earn: { points: +1, per: 100 }
            10:21: error: rules[0].earn.points: must be a whole decimal number
              write 1

        * a number beyond 64 bits
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 99999999999999999999 }
            10:29: error: rules[0].earn.per: must be from 1 to 1000000000000000

        * a number in quotes
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: "100" }
            10:29: error: rules[0].earn.per: must be a number, not a text
              write 100 without quotes

        * a word for a number
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: hundred }
            10:29: error: rules[0].earn.per: must be a number, not `hundred`

        * a negative step
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: -100 }
            10:29: error: rules[0].earn.per: must be from 1 to 1000000000000000

        * an unknown figure
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, of: order.eligible }
            10:38: error: rules[0].earn.of: must be one of `order.amount`, `order.eligible_amount`
              did you mean `order.eligible_amount`?

        * an unknown currency
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, into: points }
            10:40: error: rules[0].earn.into: there is no point currency `points`
              there is `p`

        * yes for true
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, exact: yes }
            10:41: error: rules[0].earn.exact: must be `true` or `false`
              write true

        * on for true
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, exact: On }
            10:41: error: rules[0].earn.exact: must be `true` or `false`
              write true

        * true in quotes
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, exact: "true" }
            10:41: error: rules[0].earn.exact: must be `true` or `false`
              write true without quotes

        * a capital True
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, exact: True }
            10:41: error: rules[0].earn.exact: must be `true` or `false`
              write true

        * an unknown rounding
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, rounding: half-up }
            10:44: error: rules[0].earn.rounding: must be one of `floor`, `ceiling`, `half_up`, `half_even`
              did you mean `half_up`?

        * rounding without per
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, rounding: floor, exact: true }
            10:34: error: rules[0].earn.rounding: `rounding` needs `per`
              an award without `per` is a number of points
            10:48: error: rules[0].earn.exact: `exact` needs `per`
              an award without `per` is a number of points

        * carry and exact
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, exact: true, carry: true }
            10:54: error: rules[0].earn.carry: an exact base keeps its fraction for its own rounding
              take `exact` or `carry` out

        * an empty choice of lines
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, where: "" }
            10:41: error: rules[0].earn.where: must not be empty
              write it as a block: `>-` and the expression on the next line, such as `item.category == "drink"`

        * a list for a choice of lines
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, where: [a, b] }
            10:41: error: rules[0].earn.where: must be an expression, not a list
              write it as a block: `>-` and the expression on the next line, such as `item.category == "drink"`

        * a key that is not known
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, tagged: produce }
            10:34: error: rules[0].earn.tagged: `tagged` is not known here
              known here: points, per, of, into, where, exact, carry, rounding

        * nowhere to pay into
          -   p: {}
          +   p: { kind: status }
            10:11: error: rules[0].earn: `into` is missing, and there is no spendable point currency to pay into

        * a multiplier of an unknown rule
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [bose], factor: "2" } }
            11:56: error: rules[1].multiply.rules[0]: there is no rule `bose`
              did you mean `base`?

        * a multiplier of nothing
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [], factor: "2" } }
            11:55: error: rules[1].multiply.rules: must not be empty

        * a multiplier of a rule twice
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [base, base], factor: "2" } }
            11:62: error: rules[1].multiply.rules[1]: `base` is there twice

        * a multiplier of a fixed award
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: gift, event: purchase, earn: { points: 5 } }
          +   - { id: double, event: purchase, multiply: { rules: [gift], factor: "2" } }
            12:56: error: rules[2].multiply.rules[0]: `gift` is a fixed award, and fixed awards are never multiplied

        * a multiplier of a multiplier
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [base], factor: "2" } }
          +   - { id: again, event: purchase, multiply: { rules: [double], factor: "2" } }
            12:55: error: rules[2].multiply.rules[0]: `double` is a multiplier itself
              multipliers add up; name the base

        * a factor without quotes
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [base], factor: 1.5 } }
            11:71: error: rules[1].multiply.factor: must be in quotes, so that no reader takes it for a binary fraction
              write "1.5"

        * a factor with four places
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [base], factor: "1.0625" } }
            11:71: error: rules[1].multiply.factor: must be a decimal in quotes, from 1 to 1000 with at most three places

        * a factor below one
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: half, event: purchase, multiply: { rules: [base], factor: "0.5" } }
            11:69: error: rules[1].multiply.factor: must be a decimal in quotes, from 1 to 1000 with at most three places

        * a factor with a comma
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [base], factor: "1,5" } }
            11:71: error: rules[1].multiply.factor: must be a decimal in quotes, from 1 to 1000 with at most three places

        * a multiplier with a condition that is no text
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +   - { id: double, event: purchase, multiply: { rules: [base], factor: "2", where: true } }
            11:83: error: rules[1].multiply.where: must be an expression, and `true` without quotes is none
              write it as a block: `>-` and the expression on the next line, such as `item.category == "drink"`

        * dates instead of instants
          -     event: purchase
          +     event: purchase
          +     effective: { from: 2026-05-01 }
            10:24: error: rules[0].effective.from: `2026-05-01` is not of the form 2026-05-16T10:00:00+09:00
              write 2026-05-01T00:00:00+09:00 for the start of that day

        * an instant without an offset
          -     event: purchase
          +     event: purchase
          +     effective: { until: "2026-05-01T00:00:00" }
            10:25: error: rules[0].effective.until: `2026-05-01T00:00:00` is not of the form 2026-05-16T10:00:00+09:00

        * an instant that does not exist
          -     event: purchase
          +     event: purchase
          +     effective: { until: "2026-02-29T00:00:00Z" }
            10:25: error: rules[0].effective.until: `2026-02-29T00:00:00Z` names a day that does not exist

        * an effective period of nothing
          -     event: purchase
          +     event: purchase
          +     effective: { from: "2026-05-01T00:00:00Z", until: "2026-05-01T00:00:00Z" }
            10:55: error: rules[0].effective.until: must be later than `from`
              `until` is the first instant that is too late

        * an empty effective period
          -     event: purchase
          +     event: purchase
          +     effective: {}
            10:16: error: rules[0].effective: needs `from`, `until` or both

        # groups

        * a group that there is not
          -     event: purchase
          +     event: purchase
          +     group: g
            10:12: error: rules[0].group: there is no group `g`
              there is none at all

        * an unknown mode
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + groups: [{ id: g, mode: bets }]
            11:25: error: groups[0].mode: must be one of `all`, `first`, `best`
              did you mean `best`?

        * a group twice
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + groups: [{ id: g, mode: all }, { id: g, mode: all }]
            11:38: error: groups[1].id: the group `g` is there twice
              first on line 11

        * a multiplier against its base
          -   - id: base
          -     event: purchase
          -     earn: { points: 1, per: 100 }
          +   - { id: base, event: purchase, group: g, earn: { points: 1, per: 100 } }
          +   - { id: double, event: purchase, group: g, multiply: { rules: [base], factor: "2" } }
          + groups: [{ id: g, mode: best }]
            9:43: error: rules[1].group: a multiplier cannot compete with a rule that it multiplies: `base`
              use two groups

        * the best of two currencies
          - rules:
          -   - id: base
          -     event: purchase
          -     earn: { points: 1, per: 100 }
          +   s: { kind: status }
          + rules:
          +   - { id: base, event: purchase, group: g, earn: { points: 1, per: 100 } }
          +   - { id: gift, event: purchase, group: g, earn: { points: 5, into: s } }
          + groups: [{ id: g, mode: best }]
            10:41: error: rules[1].group: pays into other point currencies than `base`, so nobody can tell which is best
              use the mode `first`, or two groups

        * groups that wait for each other
          -   - id: base
          -     event: purchase
          -     earn: { points: 1, per: 100 }
          +   - { id: a, event: purchase, group: g, earn: { points: 1, per: 100 } }
          +   - { id: b, event: purchase, group: h, earn: { points: 1, per: 100 } }
          +   - { id: a2, event: purchase, group: h, multiply: { rules: [a], factor: "2" } }
          +   - { id: b2, event: purchase, group: g, multiply: { rules: [b], factor: "2" } }
          + groups: [{ id: g, mode: first }, { id: h, mode: first }]
            12:9: error: groups: groups wait for each other: each has a multiplier whose base is in another of them
              leave the bases out of groups

        # tests of the document

        * an unknown currency
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     expect: { q: 1 }
            14:15: error: tests[0].expect.q: there is no point currency `q`
              there is `p`

        * an unknown rule
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     expect: { p: 1, rules: { bass: 1 } }
            14:30: error: tests[0].expect.rules.bass: there is no rule `bass`
              did you mean `base`?

        * no expectation
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
            12:5: error: tests[0]: `expect` is missing

        * a level in a program without tiers
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     member: { id: m1, tier: gold }
          +     expect: { p: 1 }
            14:29: error: tests[0].member.tier: the program has no tiers

        * attributes that the profile does not have
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     member: { id: m1, attrs: { birthday: "1990-05-03" } }
          +     expect: { p: 1 }
            14:32: error: tests[0].member.attrs.birthday: the profile has no attribute `birthday`
              declare it under `profile`

        * an order without time or items
          - tests: []
          + tests:
          +   - { name: t, order: { channel: app }, expect: {} }
            12:23: error: tests[0].order: `time` is missing
            12:23: error: tests[0].order: `items` is missing

        * an sku that is a number
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ sku: 0123, amount: 1 }] }
          +     expect: {}
            13:64: error: tests[0].order.items[0].sku: must be a text, and `0123` without quotes is none
              write "0123"

        * more tax than amount
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100, tax: 101 }] }
          +     expect: {}
            13:77: error: tests[0].order.items[0].tax: the tax is contained in the amount, so it cannot be more

        # conditions

        * a misspelt field
          -     event: purchase
          +     event: purchase
          +     when: order.ammount >= 500
            10:16: error: rules[0].when: undefined field 'ammount' of 'the order'
              did you mean 'amount'?

        * a misspelt variable
          -     event: purchase
          +     event: purchase
          +     when: ordr.amount >= 500
            10:11: error: rules[0].when: undeclared reference to 'ordr'
              did you mean 'order'?

        * an amount where a condition is needed
          -     event: purchase
          +     event: purchase
          +     when: order.amount
            10:16: error: rules[0].when: expected type 'bool' but found 'int'

        * a condition where an amount is needed
          -     earn: { points: 1, per: 100 }
          +     earn: { points: order.amount >= 500 }
            10:34: error: rules[0].earn.points: expected type 'int' but found 'bool'

        * text and number mixed
          -     event: purchase
          +     event: purchase
          +     when: order.amount >= "500"
            10:24: error: rules[0].when: found no matching overload for '>=' applied to '(int, string)'
              both sides need the same type

        * one equals sign
          -     event: purchase
          +     event: purchase
          +     when: order.store = "s1"
            10:23: error: rules[0].when: '=' is not part of the language
              write == to compare

        * a bracket that is not closed
          -     event: purchase
          +     event: purchase
          +     when: (order.amount >= 500
            10:31: error: rules[0].when: expected ')', found the end
              something is missing after the last word

        * words for signs
          -     event: purchase
          +     event: purchase
          +     when: order.amount >= 500 and order.store == "s1"
            10:31: error: rules[0].when: expected the end, found 'and'
              write && for 'and'

        * a function that there is not
          -     event: purchase
          +     event: purchase
          +     when: order.items.any(i, i.amount > 5)
            10:26: error: rules[0].when: undeclared reference to 'any'
            10:27: error: rules[0].when: undeclared reference to 'i'
            10:30: error: rules[0].when: undeclared reference to 'i'

        * a line in a condition on the order
          -     event: purchase
          +     event: purchase
          +     when: item.category == "drink"
            10:11: error: rules[0].when: undeclared reference to 'item'
              `item` is one line, for `where`; here use `order.items.exists(i, …)`

        * an order in the condition of another event
          -     event: purchase
          -     earn: { points: 1, per: 100 }
          +     event: survey
          +     when: order.amount >= 500
          +     earn: { points: 5 }
            10:11: error: rules[0].when: undeclared reference to 'order'
              only purchases have an order and items

        * whether a line may earn, asked while that is found
          - tests: []
          + eligible: item.eligible
          + tests: []
            11:15: error: eligible: undefined field 'eligible' of 'an item'
              known fields: amount, category, quantity, sku, tags, tax

        * an attribute that is not declared
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          = rules:
          =   - id: base
          =     event: purchase
          =     when: member.attrs.birthdate == "1990-05-03"
          =     earn: { points: 1, per: 100 }
          = profile: { birthday: { type: date } }
          = tests: []
            10:23: error: rules[0].when: undefined field 'birthdate' of 'the member's attrs'
              did you mean 'birthday'?

        * a level misspelt in a condition
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          = tiers: { metric: spend, levels: [{ id: regular, from: 0 }, { id: gold, from: 9 }] }
          = rules:
          =   - id: base
          =     event: purchase
          =     when: member.tier == "glod"
          =     earn: { points: 1, per: 100 }
          = tests: []
            11:26: warning: rules[0].when: 'member.tier' is never "glod"
              did you mean "gold"?

        * a word of an attribute misspelt in a condition
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          = profile: { plan: { type: string, values: [free, paid] } }
          = rules:
          =   - id: base
          =     event: purchase
          =     when: member.attrs.plan in ["fre", "paid"]
          =     earn: { points: 1, per: 100 }
          = tests: []
            11:33: warning: rules[0].when: 'member.attrs.plan' is never "fre"
              did you mean "free"?

        * an expression that may cost too much
          -     event: purchase
          +     event: purchase
          +     when: order.items.all(i, order.items.exists(j, j.sku == i.sku))
            10:11: error: rules[0].when: may cost 15006003 steps, and at most 100000 are allowed
              go through `order.items` once, not inside another round

        * a pattern that is none
          -     event: purchase
          +     event: purchase
          +     when: order.store.matches("s[1")
            10:31: error: rules[0].when: invalid regular expression: missing closing ] (at 1 of the pattern)

        * a colon in a condition without quotes
          -     event: purchase
          +     event: purchase
          +     when: order.tags.exists(t, t == "a: b")
            10:39: error: is not YAML: mapping values are not allowed in this context
              a text that contains `: ` needs quotes

        * a condition that is a truth value
          -     event: purchase
          +     event: purchase
          +     when: true
            10:11: error: rules[0].when: must be an expression, and `true` without quotes is none
              write it as a block: `>-` and the expression on the next line, such as `order.amount >= 500`

        # what rules give

        * an event without sums
          -     event: purchase
          +     event: survey
            10:29: error: rules[0].earn.per: only purchases have lines and sums

        * items of an event that is no purchase
          -     event: purchase
          -     earn: { points: 1, per: 100 }
          +     event: survey
          +     each_item: { points: 5 }
            10:16: error: rules[0].each_item: only purchases have lines and sums
              use `earn: { points: … }`

        * items without points
          -     earn: { points: 1, per: 100 }
          +     each_item: { where: item.quantity > 1 }
            10:16: error: rules[0].each_item: `points` is missing

        * stamps for a reward that there is not
          -     earn: { points: 1, per: 100 }
          +     stamp: { card: lattes, size: 10, reward: free-late }
          + redemption: { rewards: [{ id: free-latte }] }
            10:46: error: rules[0].stamp.reward: there is no reward `free-late`
              did you mean `free-latte`?

        * stamps for points and a reward
          -     earn: { points: 1, per: 100 }
          +     stamp: { card: lattes, size: 10, points: 5, reward: free-latte }
          + redemption: { rewards: [{ id: free-latte }] }
            10:46: error: rules[0].stamp.points: a full card gives points or a reward, not both

        * stamps for a reward whose vouchers end at an instant
          -     earn: { points: 1, per: 100 }
          +     stamp: { card: lattes, size: 10, reward: free-latte }
          + redemption: { rewards: [{ id: free-latte, voucher: { until: "2026-05-01T00:00:00Z" } }] }
            10:46: error: rules[0].stamp.reward: the vouchers of `free-latte` end at an instant, and a full card could give one that is over
              let them be `valid` for a span, and the rule be `effective` until then

        * a stamp card without a size
          -     earn: { points: 1, per: 100 }
          +     stamp: { card: lattes, points: 100 }
            10:12: error: rules[0].stamp: `size` is missing

        * a stamp card twice
          -     earn: { points: 1, per: 100 }
          +     stamp: { card: lattes, size: 10, points: 100 }
          +   - { id: more, event: purchase, stamp: { card: lattes, size: 5, points: 50 } }
            11:49: error: rules[1].stamp.card: the stamp card `lattes` is there twice
              first on line 10

        # campaigns, limits and caps

        * a limit on events and on points
          -     event: purchase
          +     event: purchase
          +     limit: { count: 1, points: 100, window: calendar_day }
            10:32: error: rules[0].limit.points: a limit counts either events or points
              use `caps` for the second one

        * a limit on nothing
          -     event: purchase
          +     event: purchase
          +     limit: { window: calendar_day }
            10:12: error: rules[0].limit: needs `count` or `points`
              such as { count: 1, per: member, window: calendar_year }

        * a window without the word calendar
          -     event: purchase
          +     event: purchase
          +     limit: { count: 1, window: month }
            10:32: error: rules[0].limit.window: must be one of `calendar_day`, `calendar_week`, `calendar_month`, `calendar_quarter`, `calendar_year`, `lifetime`
              did you mean `calendar_month`?

        * a rolling window of hours
          -     event: purchase
          +     event: purchase
          +     limit: { count: 1, window: { rolling: 24 hours } }
            10:43: error: rules[0].limit.window.rolling: must be whole days, weeks, months or years
              such as `30 days`

        * a limit for someone else
          -     event: purchase
          +     event: purchase
          +     limit: { count: 1, per: store, window: lifetime }
            10:29: error: rules[0].limit.per: must be `member`

        * a limit on points of two currencies
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          =   s: { kind: status }
          = rules:
          =   - id: base
          =     event: purchase
          =     earn: { points: 1, per: 100 }
          =   - { id: status, event: purchase, earn: { points: 1, per: 100, into: s } }
          =   - { id: double, event: purchase, multiply: { rules: [base, status], factor: "2" }, limit: { points: 100, window: calendar_day } }
          = tests: []
            13:93: error: rules[2].limit: this rule pays into several point currencies, and a limit on points counts one

        * a campaign that there is not
          -     event: purchase
          +     event: purchase
          +     campaign: spring
            10:15: error: rules[0].campaign: there is no campaign `spring`
              there is none at all

        * a campaign that nobody uses
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + campaigns: [{ id: spring, budget: { points: 1000 } }]
            11:13: warning: campaigns[0]: no rule is in this campaign

        * a budget of two currencies
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          =   s: { kind: status }
          = rules:
          =   - id: base
          =     event: purchase
          =     campaign: spring
          =     earn: { points: 1, per: 100 }
          =   - { id: status, event: purchase, campaign: spring, earn: { points: 1, per: 100, into: s } }
          = campaigns: [{ id: spring, budget: { points: 1000 } }]
          = tests: []
            11:15: error: rules[0].campaign: a budget counts one point currency, and these rules pay into `p` and `s`

        * a shortage policy that there is not
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          = rules:
          =   - id: base
          =     event: purchase
          =     campaign: spring
          =     earn: { points: 1, per: 100 }
          = campaigns: [{ id: spring, budget: { points: 1000, when_short: partly } }]
          = tests: []
            12:63: error: campaigns[0].budget.when_short: must be one of `partial`, `skip`

        * a holdout of everybody
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          = rules:
          =   - id: base
          =     event: purchase
          =     campaign: spring
          =     earn: { points: 1, per: 100 }
          = campaigns: [{ id: spring, holdout: { percent: 100 } }]
          = tests: []
            12:36: error: campaigns[0].holdout: `salt` is missing
            12:47: error: campaigns[0].holdout.percent: must be from 1 to 99

        * a campaign that ends before it starts
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          = rules:
          =   - id: base
          =     event: purchase
          =     campaign: spring
          =     earn: { points: 1, per: 100 }
          = campaigns: [{ id: spring, effective: { from: "2026-06-01T00:00:00Z", until: "2026-05-01T00:00:00Z" } }]
          = tests: []
            12:77: error: campaigns[0].effective.until: must be later than `from`
              `until` is the first instant that is too late

        * a cap of an unknown rule
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + caps: [{ id: daily, per: member, window: calendar_day, points: 100, rules: [bse] }]
            11:77: error: caps[0].rules[0]: there is no rule `bse`
              did you mean `base`?

        * a cap of two currencies
          = schema: kizuna.program/v1
          = id: shop
          = money: { currency: JPY, base: tax_included }
          = timezone: Asia/Tokyo
          = points:
          =   p: {}
          =   s: { kind: status }
          = rules:
          =   - id: base
          =     event: purchase
          =     earn: { points: 1, per: 100 }
          =   - { id: status, event: purchase, earn: { points: 1, per: 100, into: s } }
          = caps: [{ id: daily, window: calendar_day, points: 100, rules: [base, status] }]
          = tests: []
            13:63: error: caps[0].rules: a cap counts one point currency, and these rules pay into `p` and `s`

        * a cap of nothing
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + caps: [{ id: daily, window: calendar_day, points: 0, rules: [] }]
            11:51: error: caps[0].points: must be from 1 to 1000000000000000
            11:61: error: caps[0].rules: must not be empty

        # profile and tests

        * an attribute of an unknown type
          - tests: []
          + profile: { age: { type: int } }
          + tests: []
            11:25: error: profile.age.type: must be one of `string`, `integer`, `boolean`, `date`

        * an attribute whose name no expression can write
          - tests: []
          + profile: { favourite-store: { type: string } }
          + tests: []
            11:12: error: profile.favourite-store: `favourite-store` is not a name
              lower-case letters, digits and underscores, letter first

        * an attribute with keys of another type
          - tests: []
          + profile: { birthday: { type: date, max: 10 }, kids: { type: integer, from: 5, to: 1 } }
          + tests: []
            11:41: error: profile.birthday.max: `max` means nothing for the type `date`
              take it out
            11:83: error: profile.kids.to: must be at least `from`, which is 5

        * an attribute that does not fit
          - tests: []
          + profile: { birthday: { type: date }, city: { type: string, max: 3 }, plan: { type: string, values: [free, paid] } }
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     member: { attrs: { birthday: "3 May", city: Tokyo, plan: gold } }
          +     expect: { p: 1 }
            15:34: error: tests[0].member.attrs.birthday: `3 May` is not a date
              such as "1990-05-03"
            15:49: error: tests[0].member.attrs.city: must have at most 3 characters
            15:62: error: tests[0].member.attrs.plan: must be one of free, paid

        * uses of what has no limit
          - tests: []
          + tests:
          +   - name: t
          +     used: { limits: { base: 1 }, caps: { daily: 1 }, campaigns: { spring: 1 }, stamps: { lattes: 1 } }
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     expect: { p: 1 }
            13:23: error: tests[0].used.limits.base: `base` has no limit
            13:42: error: tests[0].used.caps.daily: there is no cap `daily`
              there is none at all
            13:67: error: tests[0].used.campaigns.spring: there is no campaign `spring`
              there is none at all
            13:90: error: tests[0].used.stamps.lattes: there is no stamp card `lattes`
              there is none at all

        * an order and an event in one test
          - tests: []
          + tests:
          +   - name: t
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     event: { time: "2026-05-16T10:00:00+09:00", type: survey }
          +     expect: { p: 1 }
            14:12: error: tests[0].event: a test is about an order or an event
              make it two tests

        * a test of an event that no rule knows
          - tests: []
          + tests:
          +   - name: t
          +     event: { time: "2026-05-16T10:00:00+09:00", type: survey }
          +     expect: { p: 0 }
            13:55: error: tests[0].event.type: no rule answers to `survey`

        * carried money of a rule that carries none
          - tests: []
          + tests:
          +   - name: t
          +     used: { carried: { base: 50 } }
          +     order: { time: "2026-05-16T10:00:00+09:00", items: [{ amount: 100 }] }
          +     expect: { p: 1 }
            13:24: error: tests[0].used.carried.base: `base` carries no money
              only `earn` with `carry: true` does

        # warnings, with which the document loads

        * no tests
          - tests: []
            1:1: warning: the document has no tests
              add `tests`: orders and what they must earn

        * no rules
          - rules:
          -   - id: base
          -     event: purchase
          -     earn: { points: 1, per: 100 }
          + rules: []
            7:8: warning: rules: no rule: nothing earns points

        * a currency that nothing pays into
          -   p: {}
          +   p: {}
          +   q: {}
            7:3: warning: points.q: no rule pays into `q`

        * a group without rules
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          + groups: [{ id: g, mode: best }]
            11:10: warning: groups[0]: no rule is in this group

        * a priority without a group
          -     event: purchase
          +     event: purchase
          +     priority: 3
            10:15: warning: rules[0].priority: a priority decides only inside a group

        * a rounding of whole steps that nothing multiplies
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, rounding: half_up }
            10:44: warning: rules[0].earn.rounding: whole steps are counted, and no multiplier names the rule: nothing is rounded
              add `exact: true` to round what is left over, or take `rounding` out

        * a rule in force when its campaign is not
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100 }
          +     campaign: june
          +     effective: { from: 2026-07-01T00:00:00+09:00 }
          + campaigns: [{ id: june, effective: { from: 2026-06-01T00:00:00+09:00, until: 2026-07-01T00:00:00+09:00 } }]
            12:16: warning: rules[0].effective: the campaign `june` is over before, or begins later: the rule never pays
              take `effective` out to have the campaign's

        * money that is carried past a multiplier of some lines
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, carry: true }
          +   - { id: more, event: purchase, multiply: { rules: [base], factor: "2", where: item.amount > 5 } }
            11:81: warning: rules[1].multiply.where: what `base` carried over from earlier purchases is not multiplied
              leave `where` out to multiply all of it

        * a rounding of whole steps that another rule multiplies
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, rounding: half_up }
          +   - { id: other, event: purchase, earn: { points: 1, per: 10, rounding: ceiling } }
          +   - { id: more, event: purchase, multiply: { rules: [base], factor: "1.5" } }
            11:73: warning: rules[1].earn.rounding: whole steps are counted, and no multiplier names the rule: nothing is rounded
              add `exact: true` to round what is left over, or take `rounding` out

        * roundings that are as they say
          -     earn: { points: 1, per: 100 }
          +     earn: { points: 1, per: 100, exact: true, rounding: half_up }
          +   - { id: full, event: purchase, earn: { points: 1, per: 100, exact: false, rounding: floor } }

        # several mistakes at once

        * one in every part
          = schema: kizuna.program/v1
          = id: Shop
          = money: { currency: JPY, base: net }
          = timezone: Asia/Tokyo
          = points:
          =   p: { decimals: two }
          = tiers: { metric: { earned: p }, levels: [{ id: a, from: 5 }] }
          = rules:
          =   - id: base
          =     event: purchase
          =     earn: { points: 1, per: 0, into: q }
          =   - id: double
          =     event: purchase
          =     multiply: { rules: [base, bass], factor: 2 }
          = tests:
          =   - name: t
          =     order: { time: now, items: [] }
          =     expect: { points: 1 }
            2:5: error: id: `Shop` is not an id
              write `shop`
            3:31: error: money.base: must be one of `tax_excluded`, `tax_included`
            6:18: error: points.p.decimals: must be a number, not `two`
            7:57: error: tiers.levels[0].from: the first level must start from 0
              every member has a level
            11:29: error: rules[0].earn.per: must be from 1 to 1000000000000000
            11:38: error: rules[0].earn.into: there is no point currency `q`
              there is `p`
            14:31: error: rules[1].multiply.rules[1]: there is no rule `bass`
              did you mean `base`?
            14:46: error: rules[1].multiply.factor: must be in quotes, so that no reader takes it for a binary fraction
              write "2"
            17:20: error: tests[0].order.time: `now` is not of the form 2026-05-16T10:00:00+09:00
            18:15: error: tests[0].expect.points: there is no point currency `points`
              there is `p`
        """
}
