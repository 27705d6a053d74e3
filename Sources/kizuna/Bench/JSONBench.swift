import JSON

/// How long JSON takes on the hot path: a purchase read into values, its reply written.
enum JSONBench {
    private static let purchase = Array(
        #"{"jsonrpc":"2.0","id":2,"method":"purchase.post","params":{"idempotency_key":"tokyo-01/t3/55","card":"9001 2345","store":"tokyo-01","terminal":"t3","receipt":"55","channel":"pos","occurred_at":"2026-05-16T10:00:00+09:00","currency":"JPY","items":[{"sku":"latte","category":"drink","quantity":2,"amount":1100},{"sku":"cake","category":"food","quantity":1,"amount":480}]}}"#
            .utf8)

    static func run() {
        let read = nanoseconds(best: 7, of: 20_000) { consume(readPurchase()) }
        let write = nanoseconds(best: 7, of: 20_000) { consume(writeReply()) }
        print(
            "JSON: a purchase of \(purchase.count) bytes is read in \(read) ns, a reply of \(writeReply()) bytes is written in \(write) ns"
        )
    }

    /// Reads every value of the purchase; the result depends on all of them.
    private static func readPurchase() -> Int {
        guard let document = try? JSONDocument(purchase), let params = document.root["params"] else { return 0 }
        var sum = Int(document.root["id"]?.int64 ?? 0) + (document.root["method"]?.string?.utf8.count ?? 0)
        for name in ["idempotency_key", "card", "store", "terminal", "receipt", "channel", "occurred_at", "currency"] {
            sum += params[name]?.string?.utf8.count ?? 0
        }
        guard let items = params["items"] else { return 0 }
        for item in items.elements {
            sum += item["sku"]?.string?.utf8.count ?? 0
            sum += item["category"]?.string?.utf8.count ?? 0
            sum += Int(item["quantity"]?.int64 ?? 0) + Int(item["amount"]?.int64 ?? 0)
        }
        return sum
    }

    private static func writeReply() -> Int {
        var json = JSONWriter(reserving: 512)
        json.beginObject()
        for name in ["operation", "purchase", "member"] { json.member(name, "1042-7") }
        json.key("awards")
        json.beginArray()
        for rule in ["base", "status", "double"] {
            json.beginObject()
            json.member("rule", rule)
            json.member("points", 22)
            json.member("into", "beans")
            json.endObject()
        }
        json.endArray()
        json.key("balances")
        json.beginObject()
        json.key("beans")
        json.beginObject()
        for name in ["available", "pending", "held", "debt"] { json.member(name, 322) }
        json.key("next_expiry")
        json.beginObject()
        json.member("points", 100)
        json.member("at", "2027-06-01T00:00:00+09:00")
        json.endObject()
        json.endObject()
        json.endObject()
        json.key("replayed")
        json.bool(false)
        json.endObject()
        return json.take().count
    }

    @inline(never)
    private static func consume(_ value: Int) {
        precondition(value > 0, "the work was done")
    }

    /// The shortest of several averages, which is the one with the fewest interruptions.
    private static func nanoseconds(best tries: Int, of repetitions: Int, _ body: () -> Void) -> Int {
        (0..<tries).map { _ in
            let started = ContinuousClock.now
            for _ in 0..<repetitions { body() }
            return Int((ContinuousClock.now - started) / .nanoseconds(1)) / repetitions
        }.min() ?? 0
    }
}
