import Engine
public import JSON
import Ledger
public import Loyalty
import Rules

/// What ties a member to others: `{"code": …, "referral": [member, purchase or null, reward or null], "ended": [referral, …],
/// "pool": …}`, where a
/// pool is `{"kind": …, "members": [[member, role], …]}` for its owner and `{"owner": member, "role": …}` for the others;
/// `"former": [member, …]` tells who was merged into it.
public enum BondsColumn {
    /// Writes it as JSON.
    public static func write(_ bonds: Bonds, to json: inout JSONWriter) {
        json.beginObject()
        if let code = bonds.code { json.member("code", code.text) }
        if let referral = bonds.referral {
            json.key("referral")
            write(referral, to: &json)
        }
        if !bonds.ended.isEmpty {
            json.key("ended")
            json.beginArray()
            for referral in bonds.ended { write(referral, to: &json) }
            json.endArray()
        }
        if let pool = bonds.pool {
            json.key("pool")
            write(pool, to: &json)
        }
        if !bonds.former.isEmpty {
            json.key("former")
            json.beginArray()
            for member in bonds.former { json.int(member.value) }
            json.endArray()
        }
        json.endObject()
    }

    private static func write(_ referral: Referral, to json: inout JSONWriter) {
        json.beginArray()
        json.int(referral.by.value)
        json.optionalInt(referral.purchase)
        json.optionalInt(referral.reward)
        json.endArray()
    }

    private static func referral(_ fields: inout StoredFields) throws -> Referral {
        Referral(
            by: MemberNumber(try fields.int()), purchase: try fields.optionalInt(), reward: try fields.optionalInt())
    }

    private static func write(_ pool: PoolPlace, to json: inout JSONWriter) {
        json.beginObject()
        switch pool {
        case .owner(let kind, let members):
            json.member("kind", kind.rawValue)
            json.key("members")
            json.beginArray()
            for member in members {
                json.beginArray()
                json.int(member.number.value)
                json.string(member.role.rawValue)
                json.endArray()
            }
            json.endArray()
        case .member(let owner, let role):
            json.member("owner", owner.value)
            json.member("role", role.rawValue)
        }
        json.endObject()
    }

    /// Reads it.
    public static func bonds(_ text: [UInt8]) throws -> Bonds {
        let root = try StoredFields.document(text, of: "bonds")
        var bonds = Bonds()
        bonds.code = root["code"]?.string.map { ExactText($0) }
        if let referral = root["referral"] {
            var fields = try StoredFields(referral, of: "bonds")
            bonds.referral = try self.referral(&fields)
        }
        if let ended = root["ended"] {
            bonds.ended = try StoredFields.rows(ended, of: "bonds") { try self.referral(&$0) }
        }
        bonds.pool = try root["pool"].map(pool)
        if let former = root["former"] {
            var fields = try StoredFields(former, of: "bonds")
            while !fields.isAtEnd { bonds.former.append(MemberNumber(try fields.int())) }
        }
        return bonds
    }

    private static func pool(_ value: JSONValue) throws -> PoolPlace {
        if let owner = value["owner"]?.int64 {
            return .member(owner: MemberNumber(owner), try role(value["role"]?.string))
        }
        guard let kind = value["kind"]?.string.flatMap(PoolPolicy.Kind.init) else {
            throw StoredFields.corrupt("bonds")
        }
        return .owner(
            kind,
            try StoredFields.rows(value["members"], of: "bonds") { fields in
                PoolMember(number: MemberNumber(try fields.int()), role: try role(try fields.text()))
            })
    }

    private static func role(_ text: String?) throws -> PoolRole {
        guard let role = text.flatMap(PoolRole.init) else { throw StoredFields.corrupt("bonds") }
        return role
    }
}
