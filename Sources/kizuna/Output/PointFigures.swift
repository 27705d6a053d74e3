import Client
import JSON
import Rules

/// Points as tables show them: with as many decimals as the program in force gives their currency.
struct PointFigures {
    /// By currency; none for one that the program does not have any more.
    private let decimals: [String: Int]

    /// - Parameter program: the result of `program.get`.
    init(_ program: JSONValue) {
        let currencies = program["points"]?.elements.map { ($0.text("id"), Int($0["decimals"]?.int64 ?? 0)) } ?? []
        decimals = Dictionary(currencies) { first, _ in first }
    }

    init(_ program: Program) {
        decimals = Dictionary(program.currencies.map { ($0.id, $0.decimals) }) { first, _ in first }
    }

    /// A number of points in the smallest unit: `1,234`, with two decimals `12.34`.
    func text(_ points: Int64, of currency: String) -> String {
        Numbers.decimal(points, places: decimals[currency] ?? 0)
    }

    /// A change of so many points, with its sign: `+12.34`.
    func signed(_ points: Int64, of currency: String) -> String {
        points > 0 ? "+" + text(points, of: currency) : text(points, of: currency)
    }

    /// An integer member that is a number of points; nothing where it is absent.
    func text(_ value: JSONValue?, _ name: String, of currency: String) -> String {
        value?[name]?.int64.map { text($0, of: currency) } ?? ""
    }
}

extension KizunaClient {
    /// How the program that is in force shows points.
    func pointFigures() async throws -> PointFigures {
        let program = try await call("program.get") { json in
            json.beginObject()
            json.endObject()
        }
        return PointFigures(program)
    }
}
