/// Any text is parsed or refused with diagnostics that lie within it; what is parsed is written so that it reads the
/// same.
enum ParserFuzz {
    static let options = ParserOptions(limits: .init(sourceLength: 4_000, depth: 60, macroDepth: 6))
    // What is written can be longer than what was read: every operator in its parentheses.
    private static let generous = ParserOptions(limits: .init(sourceLength: 100_000, depth: 250, macroDepth: 24))

    static func run(_ text: String) {
        do throws(Diagnostics) {
            let written = Unparser.text(of: try Parser.parse(text, options: options))
            do throws(Diagnostics) {
                let again = Unparser.text(of: try Parser.parse(written, options: generous))
                if again != written { broken("what is written reads the same", "\(text)\n\(written)\n\(again)") }
            } catch {
                broken("what is written can be read", "\(text)\n\(written)\n\(error.rendered())")
            }
        } catch {
            CheckerFuzz.judge(error, of: text)
        }
    }
}
