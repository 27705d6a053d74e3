/// The types of columns and parameters, all of them in PostgreSQL's binary form.
enum ColumnType: Sendable {
    case bigint
    case integer
    case smallint
    case boolean
    case text
    case bytea
    case uuid

    /// The name in SQL.
    var name: String { "\(self)" }

    /// The number by which the protocol knows the type; fixed in every PostgreSQL.
    var number: UInt32 {
        switch self {
        case .bigint: 20
        case .integer: 23
        case .smallint: 21
        case .boolean: 16
        case .text: 25
        case .bytea: 17
        case .uuid: 2950
        }
    }

    /// The number of the type of an array of these.
    var arrayNumber: UInt32 {
        switch self {
        case .bigint: 1016
        case .integer: 1007
        case .smallint: 1005
        case .boolean: 1000
        case .text: 1009
        case .bytea: 1001
        case .uuid: 2951
        }
    }
}
