import Simulator
import Testing

@Suite("Small worlds")
struct SmallWorldsTests {
    @Test("every history of up to four letters over two members ends as the model foretells")
    func allOfThem() throws {
        let counts = try SmallWorlds.tell(upTo: 4)
        #expect(counts.count == 4)
        for (name, count) in counts {
            #expect(count.histories > 3000 && count.accepted > 1000 && count.refused > 1000, "\(name): \(count)")
        }
    }
}
