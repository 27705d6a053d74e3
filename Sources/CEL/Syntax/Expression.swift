// The syntax tree of a CEL expression, after macro expansion.
//
// Every node carries an id that is unique within its expression. Facts about a node (its position, type,
// resolved overloads, the macro call it was expanded from) live in side tables keyed by that id, so that
// the tree itself never changes after parsing.
//
// Operators are calls of the functions named in `Operator`. Optional selection `a.?b` and optional indexing
// `a[?b]` are calls too (`Operator.optionalSelect` with the field name as a string constant,
// `Operator.optionalIndex`). The depth of a tree is bounded by `ParserLimits.depth`, so that recursive
// walks over it are safe.

/// One node of a syntax tree.
public struct Expression: Hashable, Sendable {
    /// The identity of a node within its expression; 0 stands for no node.
    public typealias ID = Int

    /// The identity of this node.
    public let id: ID
    /// What this node is.
    public let kind: Kind

    /// Makes a node.
    public init(id: ID, kind: Kind) {
        self.id = id
        self.kind = kind
    }

    /// The kinds of node.
    public indirect enum Kind: Hashable, Sendable {
        case constant(Constant)
        /// A name; a leading dot (`.x`) is part of it.
        case identifier(String)
        case select(Select)
        case call(Call)
        case list(ListLiteral)
        case map([MapEntry])
        case message(MessageLiteral)
        case comprehension(Comprehension)
    }

    /// A field selection `operand.field`, or the test `has(operand.field)`.
    public struct Select: Hashable, Sendable {
        /// The object, map or optional that is selected from.
        public let operand: Expression
        /// The name of the field.
        public let field: String
        /// Whether the node asks only for the presence of the field.
        public let testOnly: Bool

        /// Makes a selection.
        public init(operand: Expression, field: String, testOnly: Bool = false) {
            self.operand = operand
            self.field = field
            self.testOnly = testOnly
        }
    }

    /// A call of a function, with a receiver when written as `target.function(arguments)`.
    public struct Call: Hashable, Sendable {
        /// The name of the function.
        public let function: String
        /// The receiver, when the call has one.
        public let target: Expression?
        /// The arguments without the receiver.
        public let arguments: [Expression]

        /// Makes a call.
        public init(function: String, target: Expression? = nil, arguments: [Expression]) {
            self.function = function
            self.target = target
            self.arguments = arguments
        }
    }

    /// A list literal; elements whose indices are in `optionalIndices` were written `?element`.
    public struct ListLiteral: Hashable, Sendable {
        /// The elements in the order they were written.
        public let elements: [Expression]
        /// The indices of the elements written with `?`.
        public let optionalIndices: [Int]

        /// Makes a list literal.
        public init(elements: [Expression], optionalIndices: [Int] = []) {
            self.elements = elements
            self.optionalIndices = optionalIndices
        }
    }

    /// One entry of a map literal.
    public struct MapEntry: Hashable, Sendable {
        /// The identity of the entry.
        public let id: ID
        /// The key.
        public let key: Expression
        /// The value; an optional when the entry is optional.
        public let value: Expression
        /// Whether the entry was written `?key: value`.
        public let isOptional: Bool

        /// Makes an entry.
        public init(id: ID, key: Expression, value: Expression, isOptional: Bool = false) {
            self.id = id
            self.key = key
            self.value = value
            self.isOptional = isOptional
        }
    }

    /// A message literal `name{field: value}`.
    public struct MessageLiteral: Hashable, Sendable {
        /// The name of the type as it was written, or fully qualified once checked.
        public let typeName: String
        /// The fields in the order they were written.
        public let fields: [MessageField]

        /// Makes a message literal.
        public init(typeName: String, fields: [MessageField]) {
            self.typeName = typeName
            self.fields = fields
        }
    }

    /// One field of a message literal.
    public struct MessageField: Hashable, Sendable {
        /// The identity of the field.
        public let id: ID
        /// The name of the field.
        public let name: String
        /// The value; an optional when the field is optional.
        public let value: Expression
        /// Whether the field was written `?name: value`.
        public let isOptional: Bool

        /// Makes a field.
        public init(id: ID, name: String, value: Expression, isOptional: Bool = false) {
            self.id = id
            self.name = name
            self.value = value
            self.isOptional = isOptional
        }
    }

    /// A fold over a list or map, which macros expand to.
    ///
    /// With one iteration variable it is bound to the elements of a list or the keys of a map; with two they
    /// are bound to index and element, or key and value. The fold ends early when `condition` is false.
    public struct Comprehension: Hashable, Sendable {
        /// The list or map that is visited.
        public let range: Expression
        /// The variable for elements or keys; for indices or keys when there are two.
        public let iterationVariable: String
        /// The variable for elements or values, when there are two.
        public let secondIterationVariable: String?
        /// The variable that the fold gathers its result in.
        public let accumulatorVariable: String
        /// The first value of the accumulator.
        public let initial: Expression
        /// What must hold before each step.
        public let condition: Expression
        /// The next value of the accumulator.
        public let step: Expression
        /// The value of the fold, from the last value of the accumulator.
        public let result: Expression

        /// Makes a fold.
        public init(
            range: Expression, iterationVariable: String, secondIterationVariable: String? = nil,
            accumulatorVariable: String, initial: Expression, condition: Expression, step: Expression,
            result: Expression
        ) {
            self.range = range
            self.iterationVariable = iterationVariable
            self.secondIterationVariable = secondIterationVariable
            self.accumulatorVariable = accumulatorVariable
            self.initial = initial
            self.condition = condition
            self.step = step
            self.result = result
        }
    }
}
