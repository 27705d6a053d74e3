import JSON

/// The methods of a server by name, each with whatever the server attaches to it (its handler, its roles).
///
/// The one table that dispatches calls, checks their parameters and describes itself.
public struct MethodTable<Attachment: Sendable>: Sendable {
    /// A method and what belongs to it.
    public struct Entry: Sendable {
        /// The method.
        public let method: Method
        /// What the server attached.
        public let attachment: Attachment

        /// Creates an entry.
        public init(_ method: Method, _ attachment: Attachment) {
            self.method = method
            self.attachment = attachment
        }
    }

    /// The entries in the order in which they are described.
    public let entries: [Entry]
    private let positions: [String: Int]

    /// Creates a table of methods with different names.
    public init(_ entries: [Entry]) {
        self.entries = entries
        positions = Dictionary(
            entries.enumerated().map { ($0.element.method.name, $0.offset) },
            uniquingKeysWith: { first, _ in preconditionFailure("two methods are called \(entries[first].method.name)")
            })
    }

    /// The entry of a method.
    public subscript(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

    /// The entry of a method, or the error that says there is none and what may have been meant.
    public func find(_ name: String) throws(RPCError) -> Entry {
        if let entry = self[name] { return entry }
        throw .methodNotFound(nearest: NearestName.find(name, in: entries.map(\.method.name)))
    }

    /// Finds the method of a call and checks its parameters.
    public func resolve(_ call: Call) throws(RPCError) -> Entry {
        let entry = try find(call.method)
        let problems = entry.method.check(call.params)
        if !problems.isEmpty { throw .invalidParams(problems) }
        return entry
    }

    /// What is wrong with the examples of the methods, each with the name of its method; empty when all fit.
    public func exampleProblems() -> [(method: String, problem: Problem)] {
        entries.flatMap { entry in
            let method = entry.method
            return method.examples.flatMap { example in
                Self.problems(example.params, at: "/params") { method.check($0) }
                    + Self.problems(example.result, at: "/result") { method.result.check($0, at: "/result") }
            }.map { (method.name, $0) }
        }
    }

    private static func problems(_ text: String, at pointer: String, _ check: (JSONValue) -> [Problem]) -> [Problem] {
        do throws(JSONError) {
            return check(try JSONDocument(Array(text.utf8)).root)
        } catch {
            return [Problem(pointer: pointer, detail: error.description)]
        }
    }
}
