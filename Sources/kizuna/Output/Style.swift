import Foundation

/// Whether and how text is coloured.
struct Style: Sendable {
    /// What a piece of text is, as far as its looks go.
    enum Tone: String {
        case heading = "1"
        case quiet = "2"
        case good = "32"
        case warning = "33"
        case bad = "31"
    }

    let isColoured: Bool

    /// No colours, for files and other programs.
    static let plain = Style(isColoured: false)
    static let coloured = Style(isColoured: true)

    /// Colours on a terminal, unless the environment asks for none (https://no-color.org).
    static func standardOutput(
        isTerminal: Bool = isatty(STDOUT_FILENO) == 1,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Style {
        let isUnwanted = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        return Style(isColoured: isTerminal && !isUnwanted)
    }

    func paint(_ text: String, _ tone: Tone?) -> String {
        guard isColoured, let tone, !text.isEmpty else { return text }
        return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
    }
}
