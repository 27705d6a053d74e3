import ArgumentParser
import Methods
import RPC

/// `kizuna methods`
struct MethodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "methods",
        abstract: "Describe every method of the wire.",
        discussion: """
            Prints Markdown for people, or the OpenRPC document that `rpc.discover` answers with.

            EXAMPLES
              kizuna methods | less
              kizuna methods --openrpc > openrpc.json
            """)

    @Flag(help: "Print the OpenRPC document instead, for programs.")
    var openrpc = false

    func run() {
        let table = MethodTable<Handling>(MethodTable<Handling>.product)
        if openrpc {
            print(String(decoding: table.description, as: UTF8.self))
        } else {
            print(MethodsPage.markdown(of: table), terminator: "")
        }
    }
}
