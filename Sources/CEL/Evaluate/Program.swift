// The door of the evaluator: an expression planned once, evaluated any number of times, from any thread.
//
// The host decides an order of its variables (`ProgramOptions.variables`) and binds values in that order, as
// an array of slots; several programs planned with the same options share one binding. Names that only an
// unchecked expression uses get slots after those. Data of the host is read in place through `Record`.

/// What planning an expression needs to know of its host.
public struct ProgramOptions: Sendable {
    /// The namespace of names in unchecked expressions.
    public var container: String
    /// The names of the variables in the order of their slots.
    public var variables: [String]
    /// The shapes of the host's records, by the name of their object type.
    public var shapes: [String: RecordShape]
    /// The functions expressions can call.
    public var functions: FunctionTable
    /// Costs of calls by overload, in place of those built in.
    public var costs: [String: CostRule.CustomCost] = [:]
    /// Whether `has()` costs 1, as a selection does.
    public var countsPresenceTests = true

    /// Makes options.
    public init(
        container: String = "", variables: [String] = [], shapes: [RecordShape] = [],
        functions: FunctionTable = .standard
    ) {
        self.container = container
        self.variables = variables
        self.shapes = Dictionary(shapes.map { ($0.name, $0) }) { first, _ in first }
        self.functions = functions
    }
}

/// An expression ready to be evaluated. A class, so that a host that picks one of many pays one reference.
public final class Program: Sendable {
    /// What one evaluation took.
    public struct Usage: Hashable, Sendable {
        /// The run-time cost, in cel-go's units.
        public let cost: UInt64
        /// The elements and bytes copied and steps taken beyond what cost counts.
        public let work: UInt64
    }

    /// The value of an expression, or why there is none.
    public struct Outcome: Sendable {
        /// The value, or the failure.
        public let result: Result<Value, EvaluationError>
        /// What it took.
        public let usage: Usage
    }

    /// The value of a condition, or why there is none.
    public struct ConditionOutcome: Sendable {
        /// The value, or the failure.
        public let result: Result<Bool, EvaluationError>
        /// What it took.
        public let usage: Usage
    }

    /// The value of an amount, or why there is none.
    public struct AmountOutcome: Sendable {
        /// The value, or the failure.
        public let result: Result<Int64, EvaluationError>
        /// What it took.
        public let usage: Usage
    }

    private let root: Node
    private let localCount: Int
    /// The names of the variables by slot: those of the options, then those only this expression names.
    public let variables: [String]
    /// What planning already found wrong, such as a literal pattern that is no regular expression. The program
    /// can be evaluated; it fails where it comes upon the place.
    public let problems: [Diagnostic]

    /// Plans a checked expression.
    public convenience init(_ expression: CheckedExpression, options: ProgramOptions) {
        self.init(Planner(expression.parsed, checked: expression, options: options), expression.root)
    }

    /// Plans an expression that was parsed only; names and types are found when it is evaluated.
    public convenience init(unchecked expression: ParsedExpression, options: ProgramOptions) {
        self.init(Planner(expression, checked: nil, options: options), expression.root)
    }

    private init(_ fresh: Planner, _ root: Expression) {
        var planner = fresh
        self.root = planner.plan(root)
        localCount = planner.localCount
        variables = planner.variables
        problems = planner.problems
    }

    /// Values in the order of the slots, from values by name; unknown names are left out.
    public func bind(_ values: [String: Value]) -> [Value?] { variables.map { values[$0] } }

    /// Evaluates the expression. Slots that are missing or nil are unbound variables.
    public func evaluate(
        _ slots: [Value?] = [], budget: EvaluationBudget = EvaluationBudget(), zones: (any ZoneProvider)? = nil
    ) -> Outcome {
        var frame = Frame(slots: slots, zones: zones)
        frame.begin(localCount: localCount, budget: budget)
        do throws(EvaluationError) {
            let value = try root.value(&frame)
            return Outcome(result: .success(value), usage: frame.usage)
        } catch {
            return Outcome(result: .failure(error), usage: frame.usage)
        }
    }

    /// Evaluates a condition; anything but a boolean is a failure.
    public func evaluateCondition(
        _ slots: [Value?], budget: EvaluationBudget = EvaluationBudget(), zones: (any ZoneProvider)? = nil
    ) -> ConditionOutcome {
        var frame = Frame(slots: slots, zones: zones)
        do throws(EvaluationError) {
            let value = try condition(in: &frame, budget: budget)
            return ConditionOutcome(result: .success(value), usage: frame.usage)
        } catch {
            return ConditionOutcome(result: .failure(error), usage: frame.usage)
        }
    }

    /// Evaluates an amount; anything but an `int` is a failure.
    public func evaluateAmount(
        _ slots: [Value?], budget: EvaluationBudget = EvaluationBudget(), zones: (any ZoneProvider)? = nil
    ) -> AmountOutcome {
        var frame = Frame(slots: slots, zones: zones)
        do throws(EvaluationError) {
            let value = try amount(in: &frame, budget: budget)
            return AmountOutcome(result: .success(value), usage: frame.usage)
        } catch {
            return AmountOutcome(result: .failure(error), usage: frame.usage)
        }
    }

    /// Evaluates a condition on a frame that several expressions share; what it took is the frame's `usage` afterwards.
    public func condition(in frame: inout Frame, budget: EvaluationBudget) throws(EvaluationError) -> Bool {
        frame.begin(localCount: localCount, budget: budget)
        return try root.bool(&frame)
    }

    /// Evaluates an amount on a frame that several expressions share; what it took is the frame's `usage` afterwards.
    public func amount(in frame: inout Frame, budget: EvaluationBudget) throws(EvaluationError) -> Int64 {
        frame.begin(localCount: localCount, budget: budget)
        return try root.int(&frame)
    }
}
