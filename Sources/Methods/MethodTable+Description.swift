import Engine
import JSON
public import RPC

extension MethodTable<Handling> {
    /// The OpenRPC document that `rpc.discover` answers with, in one line.
    public var description: [UInt8] {
        OpenRPC(
            title: "Kizuna", version: ProtocolVersion.current.description,
            description: "A loyalty points and rewards engine: JSON-RPC 2.0, one message a line."
        ).document(of: self) { entry, json in
            json.key("x-roles")
            json.beginArray()
            for role in Role.allCases where entry.attachment.isOpen(to: role) { json.string(role.rawValue) }
            json.endArray()
        }
        // A reply is one line, while examples may be written over several; no string of JSON can hold a line feed.
        .filter { $0 != UInt8(ascii: "\n") }
    }
}
