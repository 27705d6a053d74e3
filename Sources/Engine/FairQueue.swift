/// Something that waits for its turn, and whose sender is told what came of it.
protocol Queued: Sendable {
    var sink: any ReplySink { get }
}

extension Submission: Queued {}
extension Query: Queued {}
extension Errand: Queued {}

/// A queue whose senders, which are connections, take turns, one element a turn: whoever sends thousands waits behind
/// themselves only.
///
/// The elements of one sender stay in their order. Every operation is constant on average for an element.
struct FairQueue<Element: Queued> {
    private struct Line {
        var elements: [Element] = []
        /// Where the elements not yet taken begin.
        var start = 0
    }

    private var lines: [ObjectIdentifier: Line] = [:]
    /// Those who have something waiting, in the order of their turns, from `nextTurn` on.
    private var turns: [ObjectIdentifier] = []
    private var nextTurn = 0
    private(set) var count = 0

    mutating func append(_ element: Element) {
        let sender = element.sink.connection
        if lines[sender] == nil { turns.append(sender) }
        lines[sender, default: Line()].elements.append(element)
        count += 1
    }

    /// Whether a sender has something waiting.
    func isWaiting(_ sender: any ReplySink) -> Bool { lines[sender.connection] != nil }

    /// Takes so many elements, or all there are.
    mutating func removeFirst(_ limit: Int) -> [Element] {
        var taken: [Element] = []
        taken.reserveCapacity(min(limit, count))
        while taken.count < limit, count > 0 {
            let sender = turns[nextTurn]
            nextTurn += 1
            taken.append(takeNext(of: sender))
            count -= 1
        }
        if nextTurn == turns.count || nextTurn > 1024 {
            turns.removeSubrange(..<nextTurn)
            nextTurn = 0
        }
        return taken
    }

    private mutating func takeNext(of sender: ObjectIdentifier) -> Element {
        guard let index = lines.index(forKey: sender) else { preconditionFailure("a turn has somebody whose it is") }
        let element = lines.values[index].elements[lines.values[index].start]
        lines.values[index].start += 1
        if lines.values[index].start == lines.values[index].elements.count {
            lines.remove(at: index)
        } else {
            turns.append(sender)
        }
        return element
    }
}
