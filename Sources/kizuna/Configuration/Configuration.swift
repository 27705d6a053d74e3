import Foundation
import RPC

// What a server goes by. One precedence holds for everything: what the command line says, else what the environment says,
// else what the file says, else what is usual. All problems are found at once, each with its place.

/// The settings that hold, and where each came from.
struct Configuration: Sendable {
    /// Where a value came from.
    enum Origin: Hashable, Sendable, CustomStringConvertible {
        case standard
        case file(String, line: Int)
        case environment(String)
        case flag(String)

        var description: String {
            switch self {
            case .standard: "default"
            case .file(let path, let line): "\(path):\(line)"
            case .environment(let name): name
            case .flag(let name): name
            }
        }
    }

    /// What is wrong, and where.
    struct Problem: Hashable, Sendable, CustomStringConvertible {
        let place: String
        let message: String

        var description: String { "\(place): \(message)" }
    }

    private var values: [String: (text: String, origin: Origin)] = [:]

    /// Variables that begin like settings and are something else.
    private static let otherVariables: Set<String> = ["KIZUNA_API_KEY", "KIZUNA_CONFIG", "KIZUNA_SUITES"]

    /// Finds out what holds.
    ///
    /// - Parameters:
    ///   - flags: what the command line says, by key.
    ///   - file: the path of the file, if one is named.
    static func resolve(
        flags: [String: String], environment: [String: String], file: String?
    ) throws -> (configuration: Configuration, problems: [Problem]) {
        var configuration = Configuration()
        var problems: [Problem] = []
        var told: [String: (text: String, origin: Origin)] = [:]
        if let file {
            let read = try ConfigurationFile.read(file)
            problems += read.problems
            told = read.values
        }
        let variables = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.variable, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("KIZUNA_") {
            if let setting = variables[name] {
                told[setting.key] = (text, .environment(name))
            } else if !otherVariables.contains(name), !isOfNeighbours(name) {
                problems.append(unknown(name, at: "environment", among: variables.keys.sorted()))
            }
        }
        for setting in Setting.all {
            if let text = flags[setting.key] { told[setting.key] = (text, .flag(setting.flag ?? setting.key)) }
            guard let (text, origin) = told[setting.key] ?? setting.standard.map({ ($0, .standard) }) else { continue }
            if let problem = setting.problem(text) {
                problems.append(Problem(place: "\(origin)", message: "\(setting.key) \(problem)"))
            }
            configuration.values[setting.key] = (text, origin)
        }
        return (configuration, problems)
    }

    /// Whether a variable tells where a service called kizuna is, as Kubernetes and Docker say it to containers beside it.
    private static func isOfNeighbours(_ name: String) -> Bool {
        name == "KIZUNA_PORT" || name.hasPrefix("KIZUNA_PORT_") || name.hasPrefix("KIZUNA_SERVICE_")
    }

    static func unknown(_ name: String, at place: String, among names: [String]) -> Problem {
        // A colon without a space behind it makes a value a part of the name, and it may be a secret.
        guard name.utf8.count <= 64, name.allSatisfy({ $0.isLetter || $0.isNumber || "_.-".contains($0) }) else {
            return Problem(place: place, message: "this is no name of a setting")
        }
        let nearest = NearestName.find(name, in: names)
        return Problem(
            place: place, message: "\(name) is not known" + (nearest.map { "; did you mean \($0)?" } ?? ""))
    }

    /// The text of a setting; `nil` where there is none.
    func text(_ key: String) -> String? { values[key]?.text }

    /// The number of a setting that has one.
    func number(_ key: String) -> Int {
        guard let number = values[key].flatMap({ Int($0.text) }) else {
            preconditionFailure("a number was checked when it was read: \(key)")
        }
        return number
    }

    /// Where the value of a setting came from.
    func origin(_ key: String) -> Origin? { values[key]?.origin }
}
