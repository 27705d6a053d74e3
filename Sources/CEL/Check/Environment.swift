// What an expression may speak of: variables, object types, functions, and the container in which relative
// names are resolved. An environment is a value; the checker and the static cost estimate read it, the
// evaluator knows only the overload ids and names that a checked expression holds.

/// The declarations an expression is checked against.
public struct Environment: Sendable {
    /// The namespace relative names are looked up in, such as `com.example`; empty for none.
    public var container: String
    /// Variables by fully qualified name.
    public private(set) var variables: [String: VariableDeclaration] = [:]
    /// Object types by fully qualified name.
    public private(set) var objects: [String: ObjectType] = [:]
    /// Functions by name.
    public private(set) var functions: [String: FunctionDeclaration] = [:]
    /// The libraries whose functions and macros are known.
    public let libraries: Set<Library>
    /// Whether numbers of different types may be ordered with `<`, `<=`, `>`, `>=`.
    public let crossTypeNumericComparisons: Bool

    /// Makes an environment with the standard library and the named extensions.
    public init(
        container: String = "", libraries: Set<Library> = Library.default,
        crossTypeNumericComparisons: Bool = true
    ) {
        self.container = container
        self.libraries = libraries
        self.crossTypeNumericComparisons = crossTypeNumericComparisons
        for function in StandardDeclarations.functions(crossTypeNumericComparisons: crossTypeNumericComparisons) {
            declare(function)
        }
        for variable in StandardDeclarations.typeNames { declare(variable) }
        for library in Library.allCases where libraries.contains(library) {
            for function in library.functions { declare(function) }
            for variable in library.typeNames { declare(variable) }
        }
    }

    /// The variable, constant or type a name means, looked up in the container from its innermost namespace outwards;
    /// a leading dot means the outermost namespace alone.
    public func variable(named name: String) -> VariableDeclaration? {
        for candidate in candidates(for: name) {
            if let variable = variables[candidate] { return variable }
            if objects[candidate] != nil {
                return VariableDeclaration(name: candidate, type: .type(.object(candidate)))
            }
        }
        return nil
    }

    /// The function a name means, looked up as variables are.
    public func function(named name: String) -> FunctionDeclaration? {
        for candidate in candidates(for: name) {
            if let function = functions[candidate] { return function }
        }
        return nil
    }

    /// The full names a relative name can mean, the nearest first.
    public func candidates(for name: String) -> [String] {
        if name.hasPrefix(".") { return [String(name.dropFirst())] }
        guard !container.isEmpty else { return [name] }
        var names: [String] = []
        var namespace = container[...]
        while !namespace.isEmpty {
            names.append("\(namespace).\(name)")
            namespace = namespace.lastIndex(of: ".").map { namespace[..<$0] } ?? ""
        }
        return names + [name]
    }

    /// Adds a variable, in place of an earlier one of the same name.
    public mutating func declare(_ variable: VariableDeclaration) {
        variables[variable.name] = variable
    }

    /// Adds an object type, in place of an earlier one of the same name.
    public mutating func declare(_ object: ObjectType) {
        objects[object.name] = object
    }

    /// Adds a function; overloads are joined to those already declared, and equal ids replaced.
    public mutating func declare(_ function: FunctionDeclaration) {
        guard var known = functions[function.name] else {
            functions[function.name] = function
            return
        }
        for overload in function.overloads {
            if let index = known.overloads.firstIndex(where: { $0.id == overload.id }) {
                known.overloads[index] = overload
            } else {
                known.overloads.append(overload)
            }
        }
        functions[function.name] = known
    }
}

/// A variable that expressions may read.
public struct VariableDeclaration: Hashable, Sendable {
    /// The fully qualified name.
    public let name: String
    /// The type of its values.
    public let type: CELType
    /// The only strings the variable can hold; empty when its vocabulary is open.
    public let allowedValues: [String]
    /// The constant the name stands for, for enumeration values.
    public let value: Constant?

    /// Declares a variable.
    public init(name: String, type: CELType, allowedValues: [String] = [], value: Constant? = nil) {
        self.name = name
        self.type = type
        self.allowedValues = allowedValues
        self.value = value
    }
}

/// An object type with fixed fields.
public struct ObjectType: Hashable, Sendable {
    /// The fully qualified name.
    public let name: String
    /// The fields by name.
    public let fields: [String: Field]

    /// One field of an object type.
    public struct Field: Hashable, Sendable {
        /// The type of its values.
        public let type: CELType
        /// The only strings the field can hold (or its elements, for a list); empty when open.
        public let allowedValues: [String]

        /// Declares a field.
        public init(_ type: CELType, allowedValues: [String] = []) {
            self.type = type
            self.allowedValues = allowedValues
        }
    }

    /// Declares an object type.
    public init(name: String, fields: [String: Field]) {
        self.name = name
        self.fields = fields
    }
}

/// A function and the forms it can be called in.
public struct FunctionDeclaration: Hashable, Sendable {
    /// The name it is called by.
    public let name: String
    /// The forms it can be called in.
    public fileprivate(set) var overloads: [Overload]

    /// One form of a function.
    public struct Overload: Hashable, Sendable {
        /// The name under which cost tables and the evaluator know the form.
        public let id: String
        /// The types of the arguments; the receiver is the first of a member form.
        public let parameters: [CELType]
        /// The type of the result.
        public let result: CELType
        /// Whether the form is called as `receiver.function(…)`.
        public let isMember: Bool

        /// Declares a form.
        public init(_ id: String, _ parameters: [CELType], _ result: CELType, isMember: Bool = false) {
            self.id = id
            self.parameters = parameters
            self.result = result
            self.isMember = isMember
        }
    }

    /// Declares a function.
    public init(_ name: String, _ overloads: [Overload]) {
        self.name = name
        self.overloads = overloads
    }
}
