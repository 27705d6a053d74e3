import Foundation
import Yams

/// Reads a configuration file: settings by section, in YAML.
enum ConfigurationFile {
    typealias Values = [String: (text: String, origin: Configuration.Origin)]

    /// The values of a file and what is wrong with it.
    static func read(_ path: String) throws -> (values: Values, problems: [Configuration.Problem]) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.noInput, "cannot read the configuration file \(path)")
        }
        return read(String(decoding: data, as: UTF8.self), path: path)
    }

    /// The values of a file's text and what is wrong with it.
    static func read(_ text: String, path: String) -> (values: Values, problems: [Configuration.Problem]) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            return ([:], [fault(error, in: path)])
        }
        var reading = Reading(path: path)
        if let root { reading.read(root, at: "") }
        return (reading.values, reading.problems)
    }

    /// What is wrong with a text that is no YAML. The error would quote the line, which may have a password in it.
    private static func fault(_ error: any Error, in path: String) -> Configuration.Problem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            Configuration.Problem(place: "\(path):\(mark.line):\(mark.column)", message: "is no YAML: \(problem)")
        case .duplicatedKeysInMapping:
            Configuration.Problem(place: path, message: "a name is there twice in one section")
        default: Configuration.Problem(place: path, message: "is no YAML")
        }
    }

    private struct Reading {
        let path: String
        var values: Values = [:]
        var problems: [Configuration.Problem] = []

        private static let keys = Set(Setting.all.map(\.key))
        private static let sections = Set(
            Setting.all.compactMap { setting -> String? in
                setting.key.contains(".") ? String(setting.key.prefix { $0 != "." }) : nil
            })

        mutating func read(_ node: Node, at section: String) {
            guard case .mapping(let mapping) = node else {
                return report(
                    node, section.isEmpty ? "must have settings by name" : "\(section) must have settings by name")
            }
            for (key, value) in mapping {
                let name = key.string ?? ""
                let path = section.isEmpty ? name : "\(section).\(name)"
                if Self.keys.contains(path) {
                    take(value, of: path, named: key)
                } else if section.isEmpty, Self.sections.contains(name) {
                    read(value, at: name)
                } else {
                    let known =
                        section.isEmpty
                        ? Self.keys.filter { !$0.contains(".") } + Self.sections
                        : Self.keys.filter { $0.hasPrefix(section + ".") }.map {
                            String($0.dropFirst(section.count + 1))
                        }
                    problems.append(Configuration.unknown(name, at: place(of: key), among: known.sorted()))
                }
            }
        }

        private mutating func take(_ value: Node, of key: String, named name: Node) {
            guard values[key] == nil else { return report(name, "\(key) is there twice") }
            let origin = Configuration.Origin.file(path, line: name.mark?.line ?? 1)
            switch value {
            case .scalar(let scalar): values[key] = (scalar.string, origin)
            case .mapping(let mapping) where key == "log.levels":
                let pairs = mapping.map { "\($0.key.string ?? "")=\($0.value.string ?? "")" }
                values[key] = (pairs.joined(separator: ","), origin)
            default: report(value, "\(key) must be one value")
            }
        }

        private mutating func report(_ node: Node, _ message: String) {
            problems.append(Configuration.Problem(place: place(of: node), message: message))
        }

        private func place(of node: Node) -> String {
            node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
        }
    }
}
