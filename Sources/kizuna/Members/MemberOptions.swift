import ArgumentParser
import JSON

/// The member that a command is about: exactly one of its names.
struct MemberOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The member's card.", valueName: "number"))
    var card: String?

    @Option(help: ArgumentHelp("The member's id.", valueName: "id"))
    var member: String?

    @Option(help: ArgumentHelp("The member's phone number.", valueName: "number"))
    var phone: String?

    @Option(help: ArgumentHelp("The member's e-mail address.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("The member's id in another system.", valueName: "system=id"))
    var external: String?

    func validate() throws {
        let given = [card, member, phone, email, external].compactMap(\.self)
        guard given.count == 1, !given[0].isEmpty else {
            throw ValidationError("name one member with --card, --member, --phone, --email or --external")
        }
        guard external == nil || externalParts != nil else {
            throw ValidationError("--external takes the system and the id there, such as crm=17")
        }
    }

    private var externalParts: (system: String, id: String)? {
        guard let external, let equals = external.firstIndex(of: "=") else { return nil }
        let (system, id) = (external[..<equals], external[external.index(after: equals)...])
        return system.isEmpty || id.isEmpty ? nil : (String(system), String(id))
    }

    /// Writes the param that names the member.
    func write(to json: inout JSONWriter) {
        for (name, value) in [("card", card), ("member", member), ("phone", phone), ("email", email)] {
            if let value { json.member(name, value) }
        }
        if let (system, id) = externalParts {
            json.key("external")
            json.beginObject()
            json.member(system, id)
            json.endObject()
        }
    }
}
