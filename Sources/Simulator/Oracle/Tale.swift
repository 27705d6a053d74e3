// What the model foretells, in a form that can be compared with what happened.

/// One movement of points.
package struct Move: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let currency: String
    package let from: String
    package let to: String
    package let points: Int
    package let lot: Int

    package var description: String { "\(points) \(currency) \(from)→\(to)" + (lot > 0 ? " of lot \(lot)" : "") }

    package static func < (left: Move, right: Move) -> Bool {
        (left.currency, left.lot, left.from, left.to, left.points)
            < (right.currency, right.lot, right.from, right.to, right.points)
    }
}

/// One operation of a member.
package struct Row: Hashable, Sendable, CustomStringConvertible {
    package let member: Int
    package let sequence: Int
    package let kind: String
    package let occurredAt: Int
    package let postedAt: Int
    package let version: Int
    /// Sorted.
    package let moves: [Move]
    /// The levels that it brought.
    package let levels: [String]

    var place: Act.Place { Act.Place(member: member, sequence: sequence) }

    /// The same as history in the order of recording tells it, which leaves levels out.
    var withoutLevels: Row {
        Row(
            member: member, sequence: sequence, kind: kind, occurredAt: occurredAt, postedAt: postedAt,
            version: version, moves: moves, levels: [])
    }

    package var description: String {
        "\(place) \(kind) at \(occurredAt), posted \(postedAt), under \(version): "
            + (moves.map(\.description) + levels).joined(separator: ", ")
    }
}

/// What comes of a command.
package enum Tale: Hashable, Sendable {
    /// The operations that it writes, and what is answered.
    case accepted([Row], answer: String)
    /// It was carried out before, and what was answered then is answered again.
    case repeated(answer: String)
    case refused(String)
}

/// What a member has, as everyone can see it.
package struct Picture: Hashable, Sendable {
    package struct Lot: Hashable, Sendable {
        package let number: Int
        package let currency: String
        package let origin: Act.Place
        package let original: Int
        package let remaining: Int
        package let held: Int
        package let earnedAt: Int
        /// `vested`, `on confirmation`, or an instant.
        package let vesting: String
        package let expiresAt: Int?
    }

    package struct Balance: Hashable, Sendable {
        package let available: Int
        package let pending: Int
        package let held: Int
        package let debt: Int

        package init(available: Int, pending: Int, held: Int, debt: Int) {
            self.available = available
            self.pending = pending
            self.held = held
            self.debt = debt
        }
    }

    package struct Hold: Hashable, Sendable {
        package let operation: Act.Place
        package let points: [[Int]]
        package let until: Int
        package let validUntil: Int?
    }

    package struct Voucher: Hashable, Sendable {
        package let code: String
        package let origin: Act.Place
        package let usableFrom: Int?
        package let expiresAt: Int?
        package let used: Act.Place?
    }

    package let version: Int
    /// Those that are not all zero.
    package let balances: [String: Balance]
    /// Open ones by number.
    package let lots: [Lot]
    package let holds: [Hold]
    package let standing: String
    package let purchases: Int
    package let vouchers: [Voucher]
    /// What ties the member to others.
    package let bonds: [String]
    /// The level, the one that was reached, and to when it holds; empty for the lowest one.
    package let level: String
}
