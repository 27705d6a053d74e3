import CEL

// Reads the notation of types that the conformance tables use: `map(string, list(int))`, `T`, `optional_type(int)`.

extension CELType {
    /// The type a notation stands for; names that are not CEL's own become opaque or object types.
    init(notation: String, message: String = "Message") {
        var rest = Substring(notation)
        self = CELType.read(&rest, message)
    }

    private static func read(_ rest: inout Substring, _ message: String) -> CELType {
        rest = rest.drop { $0 == " " }
        let name = String(rest.prefix { $0 != "(" && $0 != "," && $0 != ")" })
        rest = rest.dropFirst(name.count)
        var parameters: [CELType] = []
        if rest.first == "(" {
            repeat {
                rest = rest.dropFirst()
                parameters.append(read(&rest, message))
            } while rest.first == ","
            rest = rest.dropFirst()
        }
        switch (name, parameters.count) {
        case ("null_type", 0), ("null", 0): return .null
        case ("bool", 0): return .bool
        case ("int", 0): return .int
        case ("uint", 0): return .uint
        case ("double", 0): return .double
        case ("string", 0): return .string
        case ("bytes", 0): return .bytes
        case ("timestamp", 0): return .timestamp
        case ("duration", 0): return .duration
        case ("dyn", 0): return .dyn
        case ("type", 0): return .type(nil)
        case ("message", 0): return .object(message)
        case ("list", 1): return .list(parameters[0])
        case ("map", 2): return .map(key: parameters[0], value: parameters[1])
        case ("type", 1): return .type(parameters[0])
        case ("wrapper", 1): return .wrapper(parameters[0])
        case ("optional_type", 1): return .optional(parameters[0])
        case (_, 0) where name.count == 1 && name == name.uppercased(): return .typeParameter(name)
        case (_, 0): return .object(name)
        default: return .opaque(name, parameters)
        }
    }
}

extension Environment {
    /// Adds what a row declares; variables that are only bound may be anything.
    mutating func declare(_ row: Row, message: String = "Message") {
        for name in (row["bindings"] as? [String: Any] ?? [:]).keys {
            declare(VariableDeclaration(name: name, type: .dyn))
        }
        for declaration in row.rows("decls") {
            declare(
                VariableDeclaration(
                    name: declaration.string("name") ?? "",
                    type: CELType(notation: declaration.string("type") ?? "dyn", message: message)))
        }
        for function in row.rows("functions") {
            let overloads = function.rows("overloads").map { overload in
                FunctionDeclaration.Overload(
                    overload.string("id") ?? "",
                    (overload["params"] as? [String] ?? []).map { CELType(notation: $0) },
                    CELType(notation: overload.string("result") ?? "dyn"), isMember: overload.flag("member"))
            }
            declare(FunctionDeclaration(function.string("name") ?? "", overloads))
        }
    }
}
