import Loyalty
public import Rules
public import Time

/// What there is to say about a document before it is published.
public struct DocumentReview: Sendable {
    /// `nil` where the document has errors.
    public let program: Program?
    /// Errors and warnings in the order of the document.
    public let problems: [Diagnostic]
    /// What came of the document's own tests.
    public let tests: [ProgramTests.Outcome]

    /// Loads a document and runs its tests.
    public init(of source: [UInt8], file: String = "document", zones: @escaping ZoneProvider) {
        let outcome = Loader.load(source, file: file, zones: zones)
        program = outcome.program
        problems = outcome.diagnostics
        tests = outcome.program.map { DocumentTests.run($0) } ?? []
    }

    /// The program of a document that may be published; `nil` for any other.
    public var publishable: Program? { tests.allSatisfy(\.passed) ? program : nil }

    /// Everything that keeps the document from being published, in sentences.
    public var complaints: [String] {
        let failures = tests.filter { !$0.passed }.map { test in
            let differences = test.differences.map { "\($0.what): expected \($0.expected), got \($0.actual)" }
            return "line \(test.line): the test \(test.name) fails: \(differences.joined(separator: "; "))"
        }
        return problems.filter { $0.severity == .error }.map(\.sentence) + failures
    }

    /// What was probably not meant, in sentences.
    public var warnings: [String] {
        problems.filter { $0.severity == .warning }.map(\.sentence)
    }
}

extension Diagnostic {
    fileprivate var sentence: String {
        let place = path.isEmpty ? "" : "\(path): "
        let advice = hint.map { " (\($0))" } ?? ""
        return "line \(line), column \(column): \(place)\(message)\(advice)"
    }
}

extension Program {
    /// What about a program that takes another's place is easily overlooked, in sentences.
    public func cautions(inPlaceOf earlier: Program) -> [String] {
        var cautions: [String] = []
        if money.currency.code != earlier.money.currency.code {
            cautions.append(
                "amounts are in \(money.currency.code) from now on, no longer in \(earlier.money.currency.code)")
        }
        if zone.name != earlier.zone.name {
            cautions.append("days, months and years are those of \(zone.name), no longer those of \(earlier.zone.name)")
        }
        for currency in earlier.currencies where self.currency(currency.id) == nil {
            cautions.append("nothing earns \(currency.id) any more; members keep what they have")
        }
        for currency in currencies {
            guard let index = earlier.currency(currency.id) else { continue }
            if earlier.currencies[index].expiry != currency.expiry
                || earlier.currencies[index].expiryCounts != currency.expiryCounts
            {
                cautions.append("\(currency.id) expires otherwise; lots that members have keep their date")
            }
        }
        if tiers == nil, earlier.tiers != nil {
            cautions.append("there are no tiers any more; members keep their level")
        }
        if !countsTowardLevels(as: earlier) {
            cautions.append("levels count otherwise, and from nothing; members keep their level to its end")
        }
        for level in earlier.tiers?.levels ?? [] where tiers.map({ $0.level(level.id) == nil }) ?? false {
            cautions.append("there is no level \(level.id) any more; who has it counts as the lowest one")
        }
        return cautions
    }
}
