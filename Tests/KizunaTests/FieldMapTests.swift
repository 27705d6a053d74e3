import JSON
import Testing

@testable import kizuna

/// How fields are mapped.
@Suite struct FieldMapTests {
    private static let least = "member=m,receipt=r,occurred_at=t,items=i,item.amount=a"

    @Test(arguments: [
        ("", "'' is not of the form param=field"),
        ("member", "'member' is not of the form param=field"),
        ("member=", "'member=' is not of the form param=field"),
        ("=m", "'=m' is not of the form param=field"),
        (least + ",", "'' is not of the form param=field"),
        ("membr=m", "there is no param 'membr'; there are member, receipt,"),
        (least + ",member=x", "'member' is given twice; only item.tags may be"),
        ("receipt=r,occurred_at=t,items=i,item.amount=a", "'member' is missing; every purchase needs it"),
        ("member=m,receipt=r,occurred_at=t,items=i", "'item.amount' is missing; every purchase needs it"),
    ])
    func mistakesAreNamed(text: String, words: String) throws {
        let mistake = try #require(#expect(throws: FieldMap.Mistake.self) { try FieldMap(text) })
        #expect(mistake.description.hasPrefix(words), "\(mistake)")
    }

    @Test func fieldsAreFoundByTheirParams() throws {
        let map = try FieldMap(Self.least + ", item.tags=department,\n    item.tags = labels ")
        #expect(map[.receipt]?.description == "r")
        #expect(map[.store] == nil)
        #expect(map.all(.itemTags).map(\.description) == ["department", "labels"])
    }

    @Test(
        arguments: [
            ("a", "1"), ("b.c", "2"), ("b.d.e", "3"), ("x", nil), ("b.x", nil), ("a.b", nil), ("n", nil),
        ] as [(String, String?)])
    func pathsLeadIntoObjects(path: String, raw: String?) throws {
        let object = try JSONDocument(Array(#"{"a":1,"b":{"c":2,"d":{"e":3}},"n":null}"#.utf8)).root
        let value = FieldPath(path).value(in: object)
        #expect(value.map { String(decoding: $0.rawText, as: UTF8.self) } == raw)
    }

    @Test(arguments: [
        ("s", "t", "1", "import/s/t/1"), ("s", "", "1", "import/s//1"), ("a/b", "c%", "d e", "import/a%2Fb/c%25/d%20e"),
        ("東", "", "\n", "import/%E6%9D%B1//%0A"),
        (
            String(repeating: "x", count: 64), String(repeating: "y", count: 64), String(repeating: "z", count: 128),
            "import/sha256/6fc92ca5635bc7fb983f8218adc46079d46f0d22c5d44948482e1637f0b6010a"
        ),
    ])
    func receiptsMakeKeys(store: String, terminal: String, receipt: String, key: String) {
        #expect(ReceiptKey.key(store: store, terminal: terminal, receipt: receipt) == key)
    }
}
