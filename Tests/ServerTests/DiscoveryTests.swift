import Engine
import JSON
import Methods
import RPC
import ServerSupport
import Testing

/// What the server says about itself.
@Suite struct DiscoveryTests {
    @Test("every example fits the schemas of its method")
    func examples() {
        let table = MethodTable<Handling>(MethodTable<Handling>.product)
        #expect(table.exampleProblems().map { "\($0.method) \($0.problem.pointer) \($0.problem.detail)" } == [])
    }

    @Test("the description names every method with its params, result, roles and errors")
    func description() async throws {
        let server = try await TestServer.start()
        let till = try Till(server, as: nil)
        let document = try #require(try till.ask("rpc.discover").result)
        #expect(document["openrpc"]?.string == "1.3.2")
        #expect(document["info"]?["title"]?.string == "Kizuna")
        let described = Array(try #require(document["methods"]).elements)
        let methods = MethodTable<Handling>.product
        #expect(described.compactMap { $0["name"]?.string } == methods.map(\.method.name))
        for (value, entry) in zip(described, methods) {
            #expect(value["params"]?.count == entry.method.fields?.fields.count)
            #expect(value["result"]?["schema"]?.kind == .object)
            #expect(value["x-changes"]?.bool == entry.method.changes)
            let roles = Role.allCases.filter { entry.attachment.isOpen(to: $0) }.map(\.rawValue)
            #expect(value["x-roles"]?.elements.compactMap(\.string) == roles)
            let codes = value["errors"]?.elements.compactMap { $0["code"]?.int64 } ?? []
            for refusal in entry.method.refusals { #expect(codes.contains(Int64(refusal.code))) }
        }
        try await server.stop()
    }

    @Test("every reference in the description leads to a schema")
    func references() async throws {
        let server = try await TestServer.start()
        let till = try Till(server, as: nil)
        let document = try #require(try till.ask("rpc.discover").result)
        let prefix = "#/components/schemas/"
        var references = 0
        var open = [document]
        while let value = open.popLast() {
            open += value.elements
            for (key, member) in value.members {
                open.append(member)
                guard key.isString(equalTo: "$ref"), let target = member.string else { continue }
                references += 1
                #expect(target.hasPrefix(prefix))
                #expect(document["components"]?["schemas"]?[String(target.dropFirst(prefix.count))] != nil)
            }
        }
        #expect(references > 0)
        try await server.stop()
    }
}
