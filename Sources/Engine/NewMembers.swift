import Ledger
import Loyalty

/// Numbers and ids for members that commands make; numbers are set aside in the store many at a time.
struct NewMembers {
    private static let numbersPerLease = 1024

    private let store: any Store
    private let drawID: IDSource
    private var numbers: Range<Int64> = 0..<0

    init(store: any Store, drawID: @escaping IDSource) {
        self.store = store
        self.drawID = drawID
    }

    /// A number and an id that nobody has.
    mutating func draw() throws -> NewMember {
        if numbers.isEmpty { numbers = try store.leaseMemberNumbers(Self.numbersPerLease) }
        return NewMember(number: MemberNumber(numbers.removeFirst()), id: drawID())
    }
}
