import CEL

// Writes trees in the notation of cel-go's test tables, without the white space.

/// Writes a tree with a note after each node.
struct DebugTree {
    /// What stands after a node of the tree.
    let note: (Expression) -> String
    /// What stands after an entry of a map or message.
    let entryNote: (Expression.ID) -> String
    /// How optional list elements begin.
    let optionalElementMark: String

    /// A tree with node ids and kinds, as `cel-parse.json` has it.
    static func withIDs(_ expression: Expression) -> String {
        DebugTree(
            note: { "^#\($0.id):*expr.\(kindName($0))#" },
            entryNote: { "^#\($0):*expr.Expr_CreateStruct_Entry#" }, optionalElementMark: ""
        ).text(expression)
    }

    private static func kindName(_ expression: Expression) -> String {
        switch expression.kind {
        case .constant(.null): "Constant_NullValue"
        case .constant(.bool): "Constant_BoolValue"
        case .constant(.int): "Constant_Int64Value"
        case .constant(.uint): "Constant_Uint64Value"
        case .constant(.double): "Constant_DoubleValue"
        case .constant(.string): "Constant_StringValue"
        case .constant(.bytes): "Constant_BytesValue"
        case .identifier: "Expr_IdentExpr"
        case .select: "Expr_SelectExpr"
        case .call: "Expr_CallExpr"
        case .list: "Expr_ListExpr"
        case .map, .message: "Expr_StructExpr"
        case .comprehension: "Expr_ComprehensionExpr"
        }
    }

    func text(_ expression: Expression) -> String {
        form(expression) + note(expression)
    }

    private func form(_ expression: Expression) -> String {
        switch expression.kind {
        case .constant(.double(let value)) where value == value.rounded() && abs(value) < 1e6:
            return String(Int64(value))
        case .constant(.double(let value)): return value.description
        case .constant(.bytes(let bytes)): return "b\"\(String(decoding: bytes, as: UTF8.self))\""
        case .constant(.string(let text)): return quoted(text)
        case .constant: return Unparser.text(of: expression)
        case .identifier(let name): return name
        case .select(let select):
            return "\(text(select.operand)).\(select.field)\(select.testOnly ? "~test-only~" : "")"
        case .call(let call):
            let target = call.target.map { text($0) + "." } ?? ""
            return "\(target)\(call.function)(\(call.arguments.map(text).joined(separator: ",")))"
        case .list(let list):
            let elements = list.elements.enumerated().map {
                (list.optionalIndices.contains($0.offset) ? optionalElementMark : "") + text($0.element)
            }
            return "[\(elements.joined(separator: ","))]"
        case .map(let entries):
            let parts = entries.map {
                "\($0.isOptional ? "?" : "")\(text($0.key)):\(text($0.value))\(entryNote($0.id))"
            }
            return "{\(parts.joined(separator: ","))}"
        case .message(let message):
            let parts = message.fields.map {
                "\($0.isOptional ? "?" : "")\($0.name):\(text($0.value))\(entryNote($0.id))"
            }
            return "\(message.typeName){\(parts.joined(separator: ","))}"
        case .comprehension(let fold):
            let names = [fold.iterationVariable] + (fold.secondIterationVariable.map { [$0] } ?? [])
            let parts =
                names + [text(fold.range), fold.accumulatorVariable]
                + [fold.initial, fold.condition, fold.step, fold.result].map(text)
            return "__comprehension__(\(parts.joined(separator: ",")))"
        }
    }

    private func quoted(_ text: String) -> String {
        Unparser.text(of: Expression(id: 0, kind: .constant(.string(text))))
    }

    /// The notation of a table without comments and white space.
    static func compact(_ text: String) -> String {
        text.split(separator: "\n").map { line in
            line.drop { $0 == " " || $0 == "\t" }.hasPrefix("//") ? "" : line
        }.joined(separator: "\n").filter { !$0.isWhitespace }
    }
}

extension DebugTree {
    /// A tree with types and references, as `cel-check.json` has it.
    static func withTypes(_ checked: CheckedExpression) -> String {
        DebugTree(
            note: { node in
                let type = checked.types[node.id].map { "~\($0)".replacing("null_type", with: "null") } ?? ""
                switch checked.references[node.id] {
                case .identifier(let name, _):
                    return "\(type)^\(node.kind == .identifier("." + name) ? "." : "")\(name)"
                case .overloads(let ids): return "\(type)^\(ids.joined(separator: "|"))"
                case nil: return type
                }
            },
            entryNote: { _ in "" }, optionalElementMark: ""
        ).text(checked.root)
    }
}
