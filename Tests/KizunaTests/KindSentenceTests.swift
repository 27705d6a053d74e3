import JSON
import Loyalty
import Testing

@testable import kizuna

/// What `kizuna explain` says of an operation before it says anything of points.
@Suite struct KindSentenceTests {
    private func sentence(_ members: String) throws -> String? {
        KindSentence(try JSONDocument(Array("{\(members)}".utf8)).root).text
    }

    @Test("every kind of operation has a sentence of its own")
    func everyKind() throws {
        var sentences: Set<String> = []
        for kind in OperationKind.allCases {
            let text = try #require(try sentence(#""kind":"\#(kind.name)""#), "\(kind.name)")
            #expect(text.hasSuffix(".") && text.count > 10, "\(kind.name): \(text)")
            #expect(sentences.insert(text).inserted, "\(kind.name): \(text)")
        }
    }

    @Test(
        "what it was about is told",
        arguments: [
            ("return", #""about":"1-2""#, "Goods of operation 1-2 came back."),
            ("give", #""with":"m-2""#, "Points went to member m-2."),
            ("status", #""change":"suspended""#, "The member is suspended from then on."),
            ("refer", #""change":"claimed","with":"m-2""#, "The member was brought by member m-2."),
            ("pool", #""change":"joined","with":"m-2""#, "The member joined the pool of member m-2."),
            ("voucher", #""change":"used","about":"1-2""#, "A voucher of operation 1-2: used."),
        ])
    func about(kind: String, members: String, expected: String) throws {
        #expect(try sentence(#""kind":"\#(kind)",\#(members)"#) == expected)
    }

    @Test("a kind that is not known yet has none")
    func unknown() throws {
        #expect(try sentence(#""kind":"teleported""#) == nil)
    }
}
