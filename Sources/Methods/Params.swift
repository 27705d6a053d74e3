public import JSON
import Ledger
import Loyalty
import RPC
import Time

/// The params of a call that fits its schema, so that reading them cannot fail.
public struct Params: Sendable {
    private let arguments: Arguments

    init(_ arguments: Arguments) {
        self.arguments = arguments
    }

    /// The value of a param, if it is there.
    public subscript(_ name: String) -> JSONValue? { arguments[name] }

    /// A text that the schema requires.
    func text(_ name: String) -> String {
        guard let text = arguments[name]?.string else { preconditionFailure("the schema requires the text \(name)") }
        return text
    }

    /// A text, if it is there.
    func optionalText(_ name: String) -> String? {
        arguments[name]?.string
    }

    /// The texts of a list; none where it is left out.
    func texts(_ name: String) -> [String] {
        arguments[name]?.elements.compactMap(\.string) ?? []
    }

    /// The one identifier among the fields that name a member.
    func member() -> Identifier {
        for name in MemberFields.names {
            if let value = arguments[name] { return Identifier(field: name, value) }
        }
        preconditionFailure("the schema requires one of the fields that name a member")
    }
}

extension RPCError {
    /// The same error of a call whose params are a part of another call's.
    func moved(to place: String) -> RPCError {
        var error = self
        error.problems = problems.map { problem in
            Problem(pointer: place + problem.pointer.dropFirst("/params".count), detail: problem.detail)
        }
        return error
    }
}

extension MemberFields {
    /// The one identifier among the fields of an object that name a member.
    static func identifier(in object: JSONValue) -> Identifier? {
        for name in names {
            if let value = object[name] { return Identifier(field: name, value) }
        }
        return nil
    }
}

extension Identifier {
    /// Reads a field that names a member: `card: "…"` or `external: {crm: "…"}`.
    init(field: String, _ value: JSONValue) {
        if field == "external" {
            guard let (system, id) = value.members.first(where: { _ in true }), let name = system.string,
                let text = id.string
            else { preconditionFailure("the schema requires one external id") }
            self.init(.external(ExactText(name)), ExactText(text))
        } else {
            guard let kind = Kind(text: field), let text = value.string else {
                preconditionFailure("the schema requires an identifier")
            }
            self.init(kind, ExactText(text))
        }
    }
}

extension Instant {
    /// Reads a time of RFC 3339; the schema has checked its grammar, but a date may still not exist.
    init(param value: JSONValue?, at pointer: String) throws(RPCError) {
        do throws(RFC3339Error) {
            guard let text = value?.utf8 else { preconditionFailure("the schema requires the time \(pointer)") }
            try self.init(rfc3339: text.span)
        } catch {
            throw .invalidParams([Problem(pointer: pointer, detail: "\(error)")])
        }
    }
}
