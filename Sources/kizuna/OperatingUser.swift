import Engine
import Foundation

extension Author {
    /// Whoever runs this command: the system's user, and the machine.
    static var operatingUser: Author {
        Author(client: nil, name: Author.commandLine.name, origin: "\(OperatingUser.name)@\(OperatingUser.machine)")
    }
}

/// Whom the system takes this process for.
private enum OperatingUser {
    static var name: String {
        let user = getuid()
        return getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "uid \(user)"
    }

    static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension AuditNote {
    /// What this command did to a whole database.
    init(_ action: Action, _ details: [Detail]) {
        self.init(
            at: Startup.clock(), author: .operatingUser, action: action, subject: "database", details: details)
    }
}
