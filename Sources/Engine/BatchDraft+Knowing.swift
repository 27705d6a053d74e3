import Ledger
import Loyalty
import Rules
import Time

// What a draft knows: of members, names, records and answers, from memory as far as that can be trusted, and from the store.
// Where members were merged, whoever is named is followed to who has by now what was theirs.

extension BatchDraft {
    /// Brings in what memory holds of what some commands need, and gives what only the store can tell.
    ///
    /// States are moved here, so that their arrays stay unshared. What `pending` holds comes before the cache and the
    /// store, which are older.
    mutating func gather(
        for submissions: some Collection<Submission>, _ extent: LookUpExtent, from pending: inout Loaded,
        _ cache: inout StateCache
    ) -> LoadKeys {
        var keys = LoadKeys()
        for submission in submissions {
            let key = IdempotencyKey(submission.cause)
            if let answer = pending.answers[key] {
                known.answers[key] = answer
            } else if let note = pending.refusals[key] {
                known.refusals[key] = note
            } else if extent.keys, known.answers[key] == nil {
                keys.causes.append(key)
            }
            if let receipt = submission.command.receipt {
                if let operation = pending.receipts[receipt] {
                    known.receipts[receipt] = operation
                } else if extent.receipts || submission.command.isAboutKept, known.receipts[receipt] == nil {
                    keys.receipts.append(receipt)
                }
            }
            if let receipt = submission.command.keptReceipt, known.kept[receipt] == nil {
                if let sale = pending.kept[receipt] {
                    known.kept[receipt] = sale
                } else if extent.receipts || submission.command.isAboutKept {
                    keys.kept.append(receipt)
                }
            }
            for claim in submission.command.claims where known.owners[claim] == nil && !known.freed.contains(claim) {
                if pending.freed.contains(claim) {
                    known.freed.insert(claim)
                } else if let owner = pending.owners[claim] {
                    known.owners[claim] = owner
                } else {
                    keys.identifiers.append(claim)
                }
            }
            if let other = submission.command.counterpart {
                gather(other, extent, from: &pending, &cache, missing: &keys)
            }
            switch submission.command.subject {
            case .new, .nobody: continue
            case .identifier(let identifier): gather(identifier, extent, from: &pending, &cache, missing: &keys)
            case .reference(let reference):
                // Always afresh: what came after it may have become durable meanwhile.
                keys.records.append(reference)
                if let owner = member(of: reference, pending) {
                    gather(owner, extent, from: &pending, &cache, missing: &keys)
                }
            }
        }
        return keys
    }

    private mutating func gather(
        _ identifier: Identifier, _ extent: LookUpExtent, from pending: inout Loaded, _ cache: inout StateCache,
        missing keys: inout LoadKeys
    ) {
        if let owner = known.owners[identifier] {
            return gather(owner, extent, from: &pending, &cache, missing: &keys)
        }
        if known.freed.contains(identifier) { return }
        if pending.freed.contains(identifier) {
            known.freed.insert(identifier)
            return
        }
        if let owner = pending.owners[identifier] {
            known.owners[identifier] = owner
            return gather(owner, extent, from: &pending, &cache, missing: &keys)
        }
        // What the cache says of a name is worth only as much as what memory knows of its owner.
        var none = LoadKeys()
        guard let entry = cache.owner(of: identifier) else {
            keys.identifiers.append(identifier)
            return
        }
        gather(entry.member, extent, from: &pending, &cache, missing: &none)
        if let state = known.states[entry.member], entry.holds(for: state) {
            known.owners[identifier] = entry.member
        } else {
            keys.identifiers.append(identifier)
        }
    }

    private mutating func gather(
        _ owner: MemberNumber, _ extent: LookUpExtent, from pending: inout Loaded, _ cache: inout StateCache,
        missing keys: inout LoadKeys
    ) {
        guard known.states[owner] == nil else { return }
        let cached = cache.take(owner)
        if let state = pending.states.removeValue(forKey: owner) ?? (extent.members ? nil : cached) {
            note(state)
            known.states[owner] = state
        } else {
            keys.members.append(owner)
        }
    }

    /// Forgets the members that commands are about as far as the store may know better: a commit checks only members
    /// that were changed.
    ///
    /// - Parameter changed: the members that the batch under way changes.
    mutating func doubt(
        _ submissions: some Collection<Submission>, but changed: Set<MemberNumber>, in cache: inout StateCache
    ) {
        for submission in submissions {
            let identifiers = [submission.command.member, submission.command.counterpart].compactMap { $0 }
            for member in members(of: submission.command)
            where expectedVersions[member] == nil && !changed.contains(member) {
                unlearn(member)
                for identifier in identifiers where known.owners[identifier] == member {
                    known.owners[identifier] = nil
                }
                // An older copy may have been left behind.
                while cache.take(member) != nil {}
            }
        }
        hasLostHistories = false
    }

    /// Forgets how a member is, and the histories that end with them.
    private mutating func unlearn(_ member: MemberNumber) {
        known.states[member] = nil
        unlearnHistories(of: member)
    }

    private mutating func unlearnHistories(of member: MemberNumber) {
        known.records = known.records.filter { $0.value.holder != member }
    }

    /// Whether a command is about any of some members, as far as is known.
    func concerns(_ command: Command, _ others: Set<MemberNumber>) -> Bool {
        members(of: command).contains { others.contains($0) }
    }

    /// The members whom a command is about, and whom it concerns through their bonds, as far as is known.
    private func members(of command: Command) -> [MemberNumber] {
        var members = [command.member, command.counterpart].compactMap { $0.flatMap { known.owners[$0] } }
        if let about = command.about, let record = known.records[about] {
            members += [record.operation.id.member, record.holder]
        }
        members += members.map { holder(behind: $0) }
        let states = members.compactMap { known.states[$0] }
        return members + states.flatMap { companions(of: $0, for: command).map { holder(behind: $0) } }
    }

    /// Brings in what memory holds of the members whom a command concerns through its own member's bonds.
    ///
    /// - Returns: what only the store can tell; `nil` once everybody is known. Who is brought in may name more.
    mutating func gatherCompanions(
        of command: Command, _ extent: LookUpExtent, from pending: inout Loaded, _ cache: inout StateCache
    ) -> LoadKeys? {
        guard let state = owner(of: command, pending).flatMap({ known.states[$0] }), !state.bonds.isEmpty else {
            return nil
        }
        let missing = companions(of: state, for: command).map { holder(behind: $0) }.filter { known.states[$0] == nil }
        guard !missing.isEmpty else { return nil }
        var keys = LoadKeys()
        for member in missing { gather(member, extent, from: &pending, &cache, missing: &keys) }
        return keys
    }

    /// The earlier operations of others that a command may concern through its own member's bonds.
    func companionRecords(of command: Command, _ pending: Loaded) -> [Reference] {
        let records = owner(of: command, pending).flatMap { known.states[$0]?.companionRecords(for: command) } ?? []
        return records.map { .operation($0) }
    }

    /// The member of a command, as far as is known.
    private func owner(of command: Command, _ pending: Loaded) -> MemberNumber? {
        switch command.subject {
        case .new, .nobody: nil
        case .identifier(let identifier): known.owners[identifier].map { holder(behind: $0) }
        case .reference(let reference):
            (known.records[reference]?.holder ?? member(of: reference, pending)).map { holder(behind: $0) }
        }
    }

    /// The members whom a command of a member concerns through its bonds, as the bonds name them.
    private func companions(of state: MemberState, for command: Command) -> [MemberNumber] {
        state.companions(for: command) { known.states[$0] }
    }

    /// Whose an operation is, as far as memory tells.
    private func member(of reference: Reference, _ pending: Loaded) -> MemberNumber? {
        switch reference {
        case .operation(let operation): operation.member
        case .receipt(let receipt): (known.receipts[receipt] ?? pending.receipts[receipt])?.member
        }
    }

    /// Adds what the store told.
    mutating func learn(_ loaded: Loaded, pending: inout Loaded) {
        known.answers.merge(loaded.answers) { here, _ in here }
        known.refusals.merge(loaded.refusals) { here, _ in here }
        known.receipts.merge(loaded.receipts) { here, _ in here }
        known.kept.merge(loaded.kept) { here, _ in here }
        known.owners.merge(loaded.owners) { here, _ in here }
        for (member, state) in loaded.states where known.states[member]?.version ?? .max < state.version {
            // Their histories went on as well.
            let count = known.records.count
            unlearnHistories(of: member)
            if known.records.count < count { hasLostHistories = true }
        }
        known.records.merge(loaded.records) { _, new in new }
        for record in loaded.records.values where record.successor != nil || record.holder != record.operation.id.member
        {
            knowsMerged = true
        }
        for (member, loaded) in loaded.states {
            var state = known.states[member] ?? pending.states.removeValue(forKey: member) ?? loaded
            if state.version < loaded.version {
                // Another engine was there, and what was loaded beside it may tell of what is not known of the member.
                if expectedVersions[member] != nil { isOutrun = true }
                state = loaded
            }
            note(state)
            known.states[member] = state
        }
    }

    private mutating func note(_ state: borrowing MemberState) {
        if case .merged = state.status { knowsMerged = true }
    }

    /// What is needed besides because members were merged: those who took over, and what they did since.
    mutating func gatherSuccessors(
        for submissions: some Collection<Submission>, _ extent: LookUpExtent, behind underWay: [SealedOperation],
        from pending: inout Loaded, _ cache: inout StateCache
    ) -> LoadKeys {
        var keys = LoadKeys()
        for submission in submissions {
            for identifier in [submission.command.member, submission.command.counterpart] {
                guard let owner = identifier.flatMap({ known.owners[$0] }) else { continue }
                gather(holder(behind: owner), extent, from: &pending, &cache, missing: &keys)
            }
            guard let reference = submission.command.about, let found = record(of: reference, behind: underWay) else {
                continue
            }
            gather(found.holder, extent, from: &pending, &cache, missing: &keys)
            if let next = found.successor { keys.records.append(.operation(next)) }
        }
        return keys
    }

    /// The member who has by now what a member had.
    func holder(behind member: MemberNumber) -> MemberNumber {
        // Hardly ever is there any to follow, and looking would copy the member.
        guard knowsMerged else { return member }
        var member = member
        while case .merged(let operation)? = known.states[member]?.status { member = operation.member }
        return member
    }

    // MARK: Telling

    /// Whose an identifier is, unless it is one of a member who is erased in a batch that is not durable yet.
    func owner(of identifier: Identifier) -> MemberNumber? {
        known.owners[identifier].flatMap { known.states[$0]?.answers(to: identifier) ?? true ? $0 : nil }
    }

    func companions(
        of state: MemberState, for command: Command, behind underWay: [SealedOperation]
    ) -> Companions {
        guard !state.bonds.isEmpty else { return Companions() }
        var companions = Companions()
        for member in self.companions(of: state, for: command) {
            let holder = command.erases ? member : holder(behind: member)
            companions.add(member, now: known.states[holder], besides: state.number)
        }
        for id in state.companionRecords(for: command) {
            companions.records[id] = record(of: .operation(id), behind: underWay)
        }
        return companions
    }

    /// What a command is about, with everything that came after it, durable or not.
    ///
    /// Where its member was merged into another one, it goes on with that one's history, as far as that is known.
    func record(of reference: Reference, behind underWay: [SealedOperation]) -> OperationRecord? {
        var record = ownRecord(of: reference, behind: underWay)
        while let holder = record?.holder, let next = record?.successor,
            let behind = ownRecord(of: .operation(next), behind: underWay)
        {
            record?.goOn(with: behind, from: known.states[holder]?.id ?? "")
        }
        return record
    }

    /// Where the history of a known operation goes on that is not known yet.
    func unknownSuccessor(of reference: Reference, behind underWay: [SealedOperation]) -> Reference? {
        guard let next = record(of: reference, behind: underWay)?.successor.map(Reference.operation),
            known.records[next] == nil
        else { return nil }
        return next
    }

    private func ownRecord(of reference: Reference, behind underWay: [SealedOperation]) -> OperationRecord? {
        let recent = (underWay + operations).map(\.operation)
        if var record = known.records[reference] {
            record.append(recent)
            return record
        }
        let index = recent.firstIndex { operation in
            switch reference {
            case .operation(let id): operation.id == id
            case .receipt(let receipt): operation.purchase?.receipt == receipt
            }
        }
        guard let index else { return nil }
        var record = OperationRecord(recent[index], later: [])
        record.append(Array(recent[(index + 1)...]))
        return record
    }
}

/// Which look-ups are made beside those that deciding cannot do without.
struct LookUpExtent {
    /// Whether earlier answers are looked up.
    let keys: Bool
    /// Whether earlier postings of receipts are looked up.
    let receipts: Bool
    /// Whether members are looked up although the cache holds them.
    var members = false

    static let everything = LookUpExtent(keys: true, receipts: true)
    /// And nothing is taken from the cache.
    static let afresh = LookUpExtent(keys: true, receipts: true, members: true)
}
