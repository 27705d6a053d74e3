// What an expression may speak of: variables, object types, functions, and the container in which relative
// names are resolved. An environment is a value; the checker and the static cost estimate read it, the
// evaluator knows only the overload ids and names that a checked expression holds.

/// The declarations an expression is checked against.
package struct Environment: Sendable {
    /// The namespace relative names are looked up in, such as `com.example`; empty for none.
    package var container: String
    /// Variables by fully qualified name.
    package private(set) var variables: [String: VariableDeclaration] = [:]
    /// Object types by fully qualified name.
    package private(set) var objects: [String: ObjectType] = [:]
    /// Functions by name.
    package private(set) var functions: [String: FunctionDeclaration] = [:]
    /// The libraries whose functions and macros are known.
    package let libraries: Set<Library>
    /// Whether numbers of different types may be ordered with `<`, `<=`, `>`, `>=`.
    package let crossTypeNumericComparisons: Bool

    /// Makes an environment with the standard library and the named extensions.
    package init(
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
    package func variable(named name: String) -> VariableDeclaration? {
        for candidate in candidates(for: name) {
            if let variable = variables[candidate] { return variable }
            if objects[candidate] != nil {
                return VariableDeclaration(name: candidate, type: .type(.object(candidate)))
            }
        }
        return nil
    }

    /// The function a name means, looked up as variables are.
    package func function(named name: String) -> FunctionDeclaration? {
        for candidate in candidates(for: name) {
            if let function = functions[candidate] { return function }
        }
        return nil
    }

    /// The full names a relative name can mean, the nearest first.
    package func candidates(for name: String) -> [String] {
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
    package mutating func declare(_ variable: VariableDeclaration) {
        variables[variable.name] = variable
    }

    /// Adds an object type, in place of an earlier one of the same name.
    package mutating func declare(_ object: ObjectType) {
        objects[object.name] = object
    }

    /// Adds a function; overloads are joined to those already declared, and equal ids replaced.
    package mutating func declare(_ function: FunctionDeclaration) {
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
package struct VariableDeclaration: Hashable, Sendable {
    /// The fully qualified name.
    package let name: String
    /// The type of its values.
    package let type: CELType
    /// The only strings the variable can hold; empty when its vocabulary is open.
    package let allowedValues: [String]
    /// The constant the name stands for, for enumeration values.
    package let value: Constant?

    /// Declares a variable.
    package init(name: String, type: CELType, allowedValues: [String] = [], value: Constant? = nil) {
        self.name = name
        self.type = type
        self.allowedValues = allowedValues
        self.value = value
    }
}

/// An object type with fixed fields.
package struct ObjectType: Hashable, Sendable {
    /// The fully qualified name.
    package let name: String
    /// The fields by name.
    package let fields: [String: Field]

    /// One field of an object type.
    package struct Field: Hashable, Sendable {
        /// The type of its values.
        package let type: CELType
        /// The only strings the field can hold (or its elements, for a list); empty when open.
        package let allowedValues: [String]

        /// Declares a field.
        package init(_ type: CELType, allowedValues: [String] = []) {
            self.type = type
            self.allowedValues = allowedValues
        }
    }

    /// Declares an object type.
    package init(name: String, fields: [String: Field]) {
        self.name = name
        self.fields = fields
    }
}

/// A function and the forms it can be called in.
package struct FunctionDeclaration: Hashable, Sendable {
    /// The name it is called by.
    package let name: String
    /// The forms it can be called in.
    package fileprivate(set) var overloads: [Overload]

    /// One form of a function.
    package struct Overload: Hashable, Sendable {
        /// The name under which cost tables and the evaluator know the form.
        package let id: String
        /// The types of the arguments; the receiver is the first of a member form.
        package let parameters: [CELType]
        /// The type of the result.
        package let result: CELType
        /// Whether the form is called as `receiver.function(…)`.
        package let isMember: Bool

        /// Declares a form.
        package init(_ id: String, _ parameters: [CELType], _ result: CELType, isMember: Bool = false) {
            self.id = id
            self.parameters = parameters
            self.result = result
            self.isMember = isMember
        }
    }

    /// Declares a function.
    package init(_ name: String, _ overloads: [Overload]) {
        self.name = name
        self.overloads = overloads
    }
}
