import Foundation
import Methods
import RPC
import Testing

/// The page about the methods, which is written from the table.
@Suite struct MethodsPageTests {
    @Test("docs/reference/methods.md is what `make methods` writes now")
    func isUpToDate() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let committed = try String(contentsOf: root.appending(path: "docs/reference/methods.md"), encoding: .utf8)
        let fresh = MethodsPage.markdown()
        let (old, new) = (committed.split(separator: "\n"), fresh.split(separator: "\n"))
        let different = zip(old, new).first { $0 != $1 }
        #expect(committed == fresh, "run `make methods`; the first difference: \(String(describing: different))")
    }

    @Test("it tells of every method, its params, its refusals and who may call it")
    func tells() {
        let page = MethodsPage.markdown()
        for entry in MethodTable<Handling>.product {
            #expect(page.contains("\n### \(entry.method.name)\n\n\(entry.method.summary)\n"))
            for field in entry.method.fields?.fields ?? [] { #expect(page.contains("| `\(field.name)`")) }
            for refusal in entry.method.refusals { #expect(page.contains("\(refusal.code) `\(refusal.type)`")) }
        }
        #expect(page.contains("For everyone, even without a key."))
        #expect(page.contains("For pos, shop, admin. Changes something, once for each key."))
    }
}
