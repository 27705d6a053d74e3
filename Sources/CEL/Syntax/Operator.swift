/// The function names that operators are parsed to.
package enum Operator {
    /// `a ? b : c`
    package static let conditional = "_?_:_"
    /// `a && b`
    package static let and = "_&&_"
    /// `a || b`
    package static let or = "_||_"
    /// `!a`
    package static let not = "!_"
    /// `a == b`
    package static let equal = "_==_"
    /// `a != b`
    package static let notEqual = "_!=_"
    /// `a < b`
    package static let less = "_<_"
    /// `a <= b`
    package static let lessOrEqual = "_<=_"
    /// `a > b`
    package static let greater = "_>_"
    /// `a >= b`
    package static let greaterOrEqual = "_>=_"
    /// `a + b`
    package static let add = "_+_"
    /// `a - b`
    package static let subtract = "_-_"
    /// `a * b`
    package static let multiply = "_*_"
    /// `a / b`
    package static let divide = "_/_"
    /// `a % b`
    package static let modulo = "_%_"
    /// `-a`
    package static let negate = "-_"
    /// `a[b]`
    package static let index = "_[_]"
    /// `a in b`
    package static let `in` = "@in"
    /// False only if its argument is false; errors count as true. Macros use it.
    package static let notStrictlyFalse = "@not_strictly_false"
    /// `a.?b`
    package static let optionalSelect = "_?._"
    /// `a[?b]`
    package static let optionalIndex = "_[?_]"
}
