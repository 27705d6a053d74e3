public import Loyalty

// What erasing a member means for rows, in one place for all stores.

extension Identifier.Kind {
    /// Whether identifiers of this kind go with their member: vouchers are codes that whoever has them may use.
    public var isErased: Bool { self != .voucher }
}

extension Seen {
    /// The same without what tells of the person.
    public var withoutPerson: Seen {
        Seen(shared: shared, used: used, standing: standing)
    }
}

extension Operation {
    /// The same without what tells of the person.
    public var withoutPerson: Operation {
        Operation(
            id: id, kind: kind, cause: cause, occurredAt: occurredAt, postedAt: postedAt,
            ruleSetVersion: ruleSetVersion, movements: movements, purchase: purchase, event: event, about: about,
            detail: detail, usages: usages, tierChanges: tierChanges, seen: seen.withoutPerson)
    }
}

extension SealedOperation {
    /// The same without what tells of the person. The digest covers none of it.
    public var withoutPerson: SealedOperation {
        SealedOperation(operation: operation.withoutPerson, digest: digest, result: [])
    }

    /// The same without what was answered.
    public var withoutAnswer: SealedOperation {
        SealedOperation(operation: operation, digest: digest, result: [])
    }
}

extension StoredAnswer {
    /// That there was an answer, without what it said.
    public var withoutResult: StoredAnswer {
        StoredAnswer(operation: operation, fingerprint: fingerprint, result: [])
    }
}
