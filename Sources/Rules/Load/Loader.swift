public import Time

/// What came of loading a document.
public enum LoadOutcome: Sendable {
    /// The program, and what was probably not meant.
    case loaded(Program, warnings: [Diagnostic])
    /// Everything that is wrong, and the warnings, in the order of the document.
    case refused([Diagnostic])

    /// The program, if there is one.
    public var program: Program? {
        if case .loaded(let program, _) = self { return program }
        return nil
    }

    /// What there is to say, whether the program was loaded or not.
    public var diagnostics: [Diagnostic] {
        switch self {
        case .loaded(_, let warnings): warnings
        case .refused(let diagnostics): diagnostics
        }
    }
}

/// Turns documents into programs. A document loads as a whole or not at all.
public enum Loader {
    /// Loads a document from its bytes; `file` is the name for diagnostics, `zones` knows the time zones.
    public static func load(_ bytes: [UInt8], file: String, zones: @escaping ZoneProvider) -> LoadOutcome {
        let report = Report(file: file)
        guard let root = DocumentReader.read(bytes, report) else { return .refused(report.sorted) }
        let source = String(decoding: bytes, as: UTF8.self)
        let field = Field(node: root, path: "", report: report)
        guard let section = field.section(.program) else { return .refused(report.sorted) }
        var builder = ProgramBuilder(section: section, zones: zones)
        guard let program = builder.build(source: source) else { return .refused(report.sorted) }
        return .loaded(program, warnings: report.sorted)
    }

    /// Loads a document from its text.
    public static func load(_ text: String, file: String, zones: @escaping ZoneProvider) -> LoadOutcome {
        load(Array(text.utf8), file: file, zones: zones)
    }
}
