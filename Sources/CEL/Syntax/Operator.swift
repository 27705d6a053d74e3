/// The function names that operators are parsed to.
public enum Operator {
    /// `a ? b : c`
    public static let conditional = "_?_:_"
    /// `a && b`
    public static let and = "_&&_"
    /// `a || b`
    public static let or = "_||_"
    /// `!a`
    public static let not = "!_"
    /// `a == b`
    public static let equal = "_==_"
    /// `a != b`
    public static let notEqual = "_!=_"
    /// `a < b`
    public static let less = "_<_"
    /// `a <= b`
    public static let lessOrEqual = "_<=_"
    /// `a > b`
    public static let greater = "_>_"
    /// `a >= b`
    public static let greaterOrEqual = "_>=_"
    /// `a + b`
    public static let add = "_+_"
    /// `a - b`
    public static let subtract = "_-_"
    /// `a * b`
    public static let multiply = "_*_"
    /// `a / b`
    public static let divide = "_/_"
    /// `a % b`
    public static let modulo = "_%_"
    /// `-a`
    public static let negate = "-_"
    /// `a[b]`
    public static let index = "_[_]"
    /// `a in b`
    public static let `in` = "@in"
    /// False only if its argument is false; errors count as true. Macros use it.
    public static let notStrictlyFalse = "@not_strictly_false"
    /// `a.?b`
    public static let optionalSelect = "_?._"
    /// `a[?b]`
    public static let optionalIndex = "_[?_]"
}
