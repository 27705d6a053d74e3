/// A case with numbers from the tests, documents or bug reports of another engine, as the external suite writes it.
package struct PeerCase: Decodable, Sendable {
    package let id: String
    /// What there is before; `nil` where the steps say it.
    package let given: PeerValue?
    package let steps: [PeerValue]
    package let expect: [Expectation]

    /// What must hold, at the end or after a step.
    package struct Expectation: Decodable, Sendable {
        package let what: String
        package let value: PeerValue
        /// The step, from 0.
        package let after: Int?
    }

    /// The expected number of a name, perhaps after a step; `nil` where there is none.
    package func number(_ what: String, after step: Int? = nil) -> Int64? {
        let expectation = expect.first { $0.what == what && (step == nil || $0.after == step) }
        return expectation?.value.number.map { Int64($0) }
    }

    /// The suite's file among the external suites.
    package static let file = "peer-cases/peer-cases.json"

    /// Every case by its id.
    package static func all() throws -> [String: PeerCase] {
        let rows = try ExternalSuites.rows(file, of: PeerCase.self)
        return Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Cases that rules alone decide, or begin with something that they alone decide.
    package static let aboutEarning: Set<String> = [
        "OL-EARN-02", "OL-EARN-03", "OL-EARN-05", "OL-EARN-06", "OL-EARN-08", "OL-EARN-09", "OL-EARN-11", "OL-EARN-12",
        "OL-EARN-14", "OL-EARN-15", "OL-EARN-17", "OL-EARN-18", "OL-EARN-20", "OL-EARN-21", "ST-EARN-01",
        "ST-EARN-02", "ST-EARN-04", "ST-EARN-05", "ST-EARN-07", "OC-02", "SQ-01", "SQ-02", "SQ-07", "SP-01", "OD-14",
        "OD-17", "FB-01", "AX-01", "EN-03",
    ]
}

/// Any JSON of a case.
package enum PeerValue: Decodable, Sendable {
    case number(Double)
    case text(String)
    case truth(Bool)
    case list([PeerValue])
    case object([String: PeerValue])
    case null

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .truth(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([PeerValue].self) {
            self = .list(value)
        } else if let value = try? container.decode([String: PeerValue].self) {
            self = .object(value)
        } else {
            self = .null
        }
    }

    package subscript(_ key: String) -> PeerValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    package var items: [PeerValue] { if case .list(let items) = self { items } else { [] } }
    package var number: Double? { if case .number(let number) = self { number } else { nil } }
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var truth: Bool? { if case .truth(let truth) = self { truth } else { nil } }
    /// Money of two decimal places in its minor unit.
    package var cents: Int64? { number.map { Int64(($0 * 100).rounded()) } }
}
