import CEL

// Reading expressions. What is wrong with one is reported at the place inside the document where it is, whatever way
// the text was written in.

extension Field {
    /// An expression that must be a condition.
    func condition(_ language: ConditionLanguage, about subject: ConditionLanguage.Subject) -> Condition? {
        let example =
            switch subject {
            case .order: "order.amount >= 500"
            case .item, .eligibility: "item.category == \"drink\""
            case .event: "event.attrs.score >= 4"
            }
        return expression(language, about: subject, expecting: .bool, example: example)
    }

    /// A whole number, or an expression that computes one.
    func quantity(
        in range: ClosedRange<Int64>, _ language: ConditionLanguage, about subject: ConditionLanguage.Subject
    ) -> Quantity? {
        if case .scalar(let text, isPlain: true) = node.content, PlainScalar(text).isNumber {
            return integer(in: range).map(Quantity.fixed)
        }
        return expression(
            language, about: subject, expecting: .int,
            example: subject == .item ? "5 * item.quantity" : "order.amount / 100"
        ).map(Quantity.computed)
    }

    private func expression(
        _ language: ConditionLanguage, about subject: ConditionLanguage.Subject, expecting type: CELType,
        example: String
    ) -> Condition? {
        guard let source = source(example: example) else { return nil }
        do throws(Diagnostics) {
            let (condition, warnings) = try language.compile(source, about: subject, expecting: type, path: path)
            for warning in warnings { tell(warning, of: source) }
            return condition
        } catch {
            for diagnostic in error.all { tell(diagnostic, of: source) }
            return nil
        }
    }

    /// The text of an expression.
    private func source(example: String) -> String? {
        let hint = "write it as a block: `>-` and the expression on the next line, such as `\(example)`"
        guard case .scalar(let text, let isPlain) = node.content else {
            refuse("must be an expression, not \(node.kind)", hint: hint)
            return nil
        }
        if isPlain, PlainScalar(text) != .text {
            refuse("must be an expression, and \(quoted(text)) without quotes is none", hint: hint)
            return nil
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            refuse("must not be empty", hint: hint)
            return nil
        }
        return text
    }

    private func tell(_ diagnostic: CEL.Diagnostic, of source: String) {
        let place = diagnostic.offset.flatMap { offset in
            report.text?.position(of: offset, in: source, at: node.position)
        }
        switch diagnostic.severity {
        case .error: report.error(place ?? node.position, path, diagnostic.message, hint: diagnostic.hint)
        case .warning: report.warning(place ?? node.position, path, diagnostic.message, hint: diagnostic.hint)
        }
    }
}
