import CEL

// Reads expressions, one a line, and writes what each gives, one a line, in the canonical form that `oracle.py` writes
// too: the text of a value shows its type and every bit of it. Maps are sorted, and their keys 1 and 1u look the same,
// because Python cannot tell them apart.

/// The canonical text of a value.
func canonical(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): String(flag)
    case .int(let number): String(number)
    case .uint(let number): "\(number)u"
    case .double(let number): number.isNaN ? "nan" : "double(\(String(number.bitPattern, radix: 16)))"
    case .string(let text): quoted(text)
    case .bytes(let bytes): "b" + quoted(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
    case .list(let elements): "[" + elements.map(canonical).joined(separator: ", ") + "]"
    case .map(let map):
        "{" + map.entries.map { "\(key($0.key)): \(canonical($0.value))" }.sorted().joined(separator: ", ") + "}"
    default: "\(value.typeName)(\(value.debugText))"
    }
}

/// The canonical text of a key.
func key(_ value: Value) -> String {
    if case .uint(let number) = value { String(number) } else { canonical(value) }
}

/// Text in ASCII, all else as code points.
func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        if (" "..."~").contains(scalar), scalar != "\"", scalar != "\\" {
            result.unicodeScalars.append(scalar)
        } else {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
    return result + "\""
}

/// What an expression gives; every failure is the same here.
func outcome(_ text: String, in environment: Environment) -> String {
    do throws(Diagnostics) {
        let program = Program(try Checker.check(try Parser.parse(text), in: environment), options: ProgramOptions())
        switch program.evaluate(budget: .unlimited).result {
        case .success(let value): return canonical(value)
        case .failure: return "error"
        }
    } catch {
        return "error"
    }
}

// C++ does not order numbers of different types unless one is dynamic, which the language leaves to implementations.
let environment = Environment(crossTypeNumericComparisons: false)
while let line = readLine() { print(outcome(line, in: environment)) }
