public import Time

// At any instant the newest version whose time has come is in force. So a version supersedes what was published before it
// and would begin together with it or later: when that time comes, a newer one is in force already.

/// What has a version and a time from which on it is in force.
public protocol Succeeding {
    /// 1, 2, 3 … in the order of publishing.
    var version: Int64 { get }
    /// The first instant at which it is in force, unless it is superseded before.
    var effectiveFrom: Instant { get }
}

extension RuleSet: Succeeding {}

extension Sequence where Element: Succeeding {
    /// Those that are in force at some time, in the order in which they are, and those that were superseded before they
    /// began. The first version is in force before any has begun, and therefore always one of the former.
    public func inCourse() -> (course: [Element], superseded: [Element]) {
        var course: [Element] = []
        var superseded: [Element] = []
        for next in sorted(by: { $0.version < $1.version }) {
            while course.count > 1, let last = course.last, last.effectiveFrom >= next.effectiveFrom {
                superseded.append(course.removeLast())
            }
            course.append(next)
        }
        return (course, superseded)
    }

    /// Which version begins in the place of each that never will be in force.
    public func superseders() -> [Int64: Int64] {
        let versions = sorted { $0.version < $1.version }
        return inCourse().superseded.reduce(into: [:]) { superseders, lost in
            superseders[lost.version] =
                versions.first { $0.version > lost.version && $0.effectiveFrom <= lost.effectiveFrom }?.version
        }
    }
}
