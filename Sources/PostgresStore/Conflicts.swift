import Engine
import Ledger
import Loyalty

/// Finds the members for which a refused batch does not fit. What makes a conflict never goes away again, so it is
/// still there after the batch was rolled back.
struct Conflicts {
    private var members: Set<MemberNumber> = []
    /// Who claims a key in this batch, and who an identifier; more than one of them is wrong already.
    private var claimants: [HashedKey: [MemberNumber]] = [:]
    private var callers: [HashedKey: [MemberNumber]] = [:]
    private let batch: Batch

    /// Whether the batch itself is there already.
    private(set) var isThere = false

    init(_ batch: Batch) {
        self.batch = batch
        for operation in batch.operations.map(\.operation) {
            let claims =
                [
                    operation.idempotencyKey.map { HashedKey($0) },
                    (operation.purchase?.receipt).map { HashedKey($0) },
                ].compactMap(\.self)
            for claim in claims { claimants[claim, default: []].append(operation.id.member) }
        }
        for new in batch.identifiers { callers[HashedKey(new.identifier), default: []].append(new.member) }
        // Of several inside the batch, the first one may be right.
        for several in Array(claimants.values) + Array(callers.values) { members.formUnion(several.dropFirst()) }
    }

    /// Asks the store, in one round trip.
    mutating func find(over connection: inout Connection) throws -> [MemberNumber] {
        try connection.send(
            BatchStatements.versions, Parameters(batch.members.map(\.state.number) + batch.reads.map(\.member)))
        try connection.send(BatchStatements.takenClaims, Parameters(Array(claimants.keys)))
        try connection.send(BatchStatements.takenIdentifiers, Parameters(Array(callers.keys)))
        try connection.send(BatchStatements.takenProfiles, Parameters(batch.profiles.map(\.member)))
        try connection.send(ReadStatements.hasBatch, Parameters(batch.block.writer, batch.block.number))
        try connection.sync()

        let found = Dictionary(
            try connection.receive().map { (try $0.member(0), try $0.int64(1)) }, uniquingKeysWith: { $1 })
        for write in batch.members where found[write.state.number] ?? 0 != write.expectedVersion {
            members.insert(write.state.number)
        }
        for read in batch.reads where found[read.member] != read.version { members.insert(read.member) }
        for claim in try connection.receive().map({ try $0.key(0) }) { members.formUnion(claimants[claim] ?? []) }
        for key in try connection.receive().map({ try $0.key(0) }) { members.formUnion(callers[key] ?? []) }
        members.formUnion(try connection.receive().map { try $0.member(0) })
        isThere = try connection.receive().count > 0
        try connection.finish()
        return members.sorted()
    }
}

extension Parameters {
    /// One array of members.
    init(_ members: [MemberNumber]) {
        var array = BinaryArray(.bigint)
        for member in members { array.append(member.value) }
        array.seal()
        self.init()
        add(array)
    }

    /// One array of keys.
    init(_ keys: [HashedKey]) {
        var array = BinaryArray(.uuid)
        for key in keys { array.append(key) }
        array.seal()
        self.init()
        add(array)
    }

    /// A batch's name.
    init(_ writer: WriterID, _ number: Int64) {
        self.init()
        add(writer.value)
        add(number)
    }

    /// A few numbers.
    init(_ numbers: Int64...) {
        self.init()
        for number in numbers { add(number) }
    }
}
