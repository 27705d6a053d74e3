// Writes a tree as text again, in the form cel-go gives: one space around binary operators, double quotes,
// parentheses only where they matter, and around every operator inside `?:`. Macros are written as they were called.
// What is written parses to the same tree.

/// Turns trees into text.
public struct Unparser {
    /// Where long expressions are broken into lines.
    public struct Layout: Hashable, Sendable {
        /// The length from which a line is broken at the next chance.
        public var column: Int
        /// The operators at which a line may be broken.
        public var operators: Set<String>
        /// Whether the operator stays on the line it ends.
        public var breaksAfterOperator: Bool

        /// Makes a layout; by default lines are broken after `&&` and `||` past column 80.
        public init(
            column: Int = 80, operators: Set<String> = [Operator.and, Operator.or], breaksAfterOperator: Bool = true
        ) {
            self.column = column
            self.operators = operators
            self.breaksAfterOperator = breaksAfterOperator
        }
    }

    private let macroCalls: [Expression.ID: Expression]
    private let layout: Layout
    private var output = ""
    private var lineStart = 0

    /// The text of a parsed expression.
    public static func text(of parsed: ParsedExpression, layout: Layout = Layout()) -> String {
        text(of: parsed.root, macroCalls: parsed.macroCalls, layout: layout)
    }

    /// The text of a tree; folds that no macro call is known for are written in a form that cannot be parsed.
    public static func text(
        of expression: Expression, macroCalls: [Expression.ID: Expression] = [:], layout: Layout = Layout()
    ) -> String {
        var unparser = Unparser(macroCalls: macroCalls, layout: layout)
        unparser.write(expression)
        return unparser.output
    }

    private init(macroCalls: [Expression.ID: Expression], layout: Layout) {
        self.macroCalls = macroCalls
        self.layout = layout
    }

    /// The node as it was written.
    private func written(_ expression: Expression) -> Expression {
        macroCalls[expression.id] ?? expression
    }

    private mutating func write(_ expression: Expression) {
        switch written(expression).kind {
        case .constant(let constant): output += Self.text(of: constant)
        case .identifier(let name): output += name
        case .select(let select):
            if select.testOnly { output += "has(" }
            write(select.operand, inParentheses: isOperator(select.operand))
            output += ".\(Self.quotedIfNeeded(select.field))"
            if select.testOnly { output += ")" }
        case .call(let call): write(call)
        case .list(let list):
            output += "["
            separated(list.elements.enumerated()) { unparser, element in
                if list.optionalIndices.contains(element.offset) { unparser.output += "?" }
                unparser.write(element.element)
            }
            output += "]"
        case .map(let entries):
            output += "{"
            separated(entries) { unparser, entry in
                if entry.isOptional { unparser.output += "?" }
                unparser.write(entry.key)
                unparser.output += ": "
                unparser.write(entry.value)
            }
            output += "}"
        case .message(let message):
            output += "\(message.typeName){"
            separated(message.fields) { unparser, field in
                unparser.output += "\(field.isOptional ? "?" : "")\(Self.quotedIfNeeded(field.name)): "
                unparser.write(field.value)
            }
            output += "}"
        case .comprehension(let fold):
            let second = fold.secondIterationVariable.map { ", \($0)" } ?? ""
            output += "__comprehension__(\(fold.iterationVariable)\(second), \(fold.accumulatorVariable), "
            separated([fold.range, fold.initial, fold.condition, fold.step, fold.result]) { $0.write($1) }
            output += ")"
        }
    }

    private mutating func separated<Parts: Sequence>(
        _ parts: Parts, _ write: (inout Unparser, Parts.Element) -> Void
    ) {
        var isFirst = true
        for part in parts {
            if !isFirst { output += ", " }
            isFirst = false
            write(&self, part)
        }
    }

    private mutating func write(_ expression: Expression, inParentheses: Bool) {
        if inParentheses { output += "(" }
        write(expression)
        if inParentheses { output += ")" }
    }

    // MARK: Calls

    private mutating func write(_ call: Expression.Call) {
        let arguments = call.arguments
        if call.target == nil {
            switch (call.function, arguments.count) {
            case (Operator.conditional, 3): return conditional(arguments)
            case (Operator.not, 1), (Operator.negate, 1):
                output += call.function == Operator.not ? "!" : "-"
                return write(arguments[0], inParentheses: isOperator(arguments[0]) || takesSign(arguments[0]))
            case (Operator.index, 2), (Operator.optionalIndex, 2):
                write(arguments[0], inParentheses: isOperator(arguments[0]))
                output += call.function == Operator.index ? "[" : "[?"
                write(arguments[1])
                output += "]"
                return
            case (Operator.optionalSelect, 2):
                guard case .constant(.string(let field)) = arguments[1].kind else { break }
                write(arguments[0], inParentheses: isOperator(arguments[0]))
                output += ".?\(Self.quotedIfNeeded(field))"
                return
            case (let function, 2):
                if let symbol = Self.binary[function] {
                    return binary(function, symbol.text, symbol.precedence, arguments)
                }
            default: break
            }
        }
        if let target = call.target {
            write(target, inParentheses: isOperator(target))
            output += "."
        }
        output += "\(call.function)("
        separated(arguments) { $0.write($1) }
        output += ")"
    }

    private mutating func conditional(_ arguments: [Expression]) {
        write(arguments[0], inParentheses: isBinary(arguments[0]))
        operation(Operator.conditional, "?")
        write(arguments[1], inParentheses: isBinary(arguments[1]))
        output += " : "
        write(arguments[2], inParentheses: isBinary(arguments[2]))
    }

    private mutating func binary(_ function: String, _ symbol: String, _ precedence: Int, _ arguments: [Expression]) {
        let left = self.precedence(arguments[0])
        let right = self.precedence(arguments[1])
        write(arguments[0], inParentheses: left < precedence)
        operation(function, symbol)
        // Trees of && and || are balanced whatever the text, the others lean to the left.
        let isAssociative = function == Operator.and || function == Operator.or
        write(arguments[1], inParentheses: isAssociative ? right < precedence : right <= precedence)
    }

    private mutating func operation(_ function: String, _ symbol: String) {
        let length = output.utf8.count
        guard layout.operators.contains(function), length - lineStart + function.utf8.count >= layout.column else {
            output += " \(symbol) "
            return
        }
        lineStart = length
        output += layout.breaksAfterOperator ? " \(symbol)\n" : "\n\(symbol) "
    }

    private static let binary: [String: (text: String, precedence: Int)] = [
        Operator.or: ("||", 1), Operator.and: ("&&", 2), Operator.equal: ("==", 3), Operator.notEqual: ("!=", 3),
        Operator.less: ("<", 3), Operator.lessOrEqual: ("<=", 3), Operator.greater: (">", 3),
        Operator.greaterOrEqual: (">=", 3), Operator.in: ("in", 3), Operator.add: ("+", 4), Operator.subtract: ("-", 4),
        Operator.multiply: ("*", 5), Operator.divide: ("/", 5), Operator.modulo: ("%", 5),
    ]

    /// How tightly a node binds; only operators bind less than the tightest.
    private func precedence(_ expression: Expression) -> Int {
        guard case .call(let call) = written(expression).kind, call.target == nil else { return 7 }
        switch (call.function, call.arguments.count) {
        case (Operator.conditional, 3): return 0
        case (Operator.not, 1), (Operator.negate, 1): return 6
        case (let function, 2): return Self.binary[function]?.precedence ?? 7
        default: return 7
        }
    }

    private func isOperator(_ expression: Expression) -> Bool { precedence(expression) < 7 }

    private func isBinary(_ expression: Expression) -> Bool { precedence(expression) < 6 }

    /// Whether a sign before the node would become part of the number that it begins with.
    private func takesSign(_ expression: Expression) -> Bool {
        var node = written(expression)
        while true {
            let first: Expression
            switch node.kind {
            case .constant(.int), .constant(.double): return true
            case .select(let select) where !select.testOnly: first = select.operand
            case .call(let call):
                let postfix = [Operator.index, Operator.optionalIndex, Operator.optionalSelect]
                if let target = call.target {
                    first = target
                } else if postfix.contains(call.function), let container = call.arguments.first {
                    first = container
                } else {
                    return false
                }
            default: return false
            }
            if isOperator(first) { return false }
            node = written(first)
        }
    }

    // MARK: Names and literals

    private static func quotedIfNeeded(_ name: String) -> String {
        let isPlain =
            !name.isEmpty
            && name.unicodeScalars.enumerated().allSatisfy { index, scalar in
                scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || (index > 0 && ("0"..."9").contains(scalar))
            }
        return isPlain && Token.Keyword(rawValue: name) == nil ? name : "`\(name)`"
    }

    private static func text(of constant: Constant) -> String {
        switch constant {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .uint(let value): "\(value)u"
        case .double(let value): text(of: value)
        case .string(let value): quoted(value)
        case .bytes(let value):
            "b\"" + value.map { "\\" + leftPadded(String($0, radix: 8), 3) }.joined() + "\""
        }
    }

    private static func leftPadded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0B}": result += "\\v"
            default:
                let hexadecimal = String(scalar.value, radix: 16)
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else if scalar.value < 0x80 {
                    result += "\\x" + leftPadded(hexadecimal, 2)
                } else if scalar.value < 0x10000 {
                    result += "\\u" + leftPadded(hexadecimal, 4)
                } else {
                    result += "\\U" + leftPadded(hexadecimal, 8)
                }
            }
        }
        return result + "\""
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }

    /// The shortest digits that read back as the same double, with an exponent below 1e-4 and from 1e6 on.
    private static func text(of value: Double) -> String {
        var digits = ""
        var point: Int?
        var exponent = 0
        var parts = value.magnitude.description.split(separator: "e")
        if parts.count == 2 { exponent = Int(parts.removeLast()) ?? 0 }
        for character in parts.first ?? "0" {
            if character == "." { point = digits.count } else { digits.append(character) }
        }
        // value = 0.digits × 10^scale, without zeros at either end.
        var scale = (point ?? digits.count) + exponent
        let leading = digits.prefix { $0 == "0" }.count
        digits.removeFirst(leading)
        scale -= leading
        while digits.last == "0" { digits.removeLast() }
        let sign = value.sign == .minus ? "-" : ""
        guard !digits.isEmpty else { return sign + "0.0" }
        if scale - 1 < -4 || scale - 1 >= 6 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let power = leftPadded(String((scale - 1).magnitude), 2)
            return "\(sign)\(digits.prefix(1))\(fraction)e\(scale > 0 ? "+" : "-")\(power)"
        }
        if scale <= 0 { return sign + "0." + String(repeating: "0", count: -scale) + digits }
        if digits.count <= scale { return sign + digits + String(repeating: "0", count: scale - digits.count) + ".0" }
        return sign + digits.prefix(scale) + "." + digits.dropFirst(scale)
    }
}
