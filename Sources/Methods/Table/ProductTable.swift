import Engine
public import RPC

extension MethodTable<Handling> {
    /// Every method of the product, in the order in which they are described.
    public static var product: [Entry] {
        SessionMethods.entries + ProgramMethods.entries + MemberMethods.entries + MembershipMethods.entries
            + PrivacyMethods.entries
            + PurchaseMethods.entries + ReturnMethods.entries + EventMethods.entries + StatementMethods.entries
            + PointsMethods.entries
            + RedemptionMethods.entries + AllowanceMethods.entries + VoucherMethods.entries + ValueMethods.entries
            + ReferralMethods.entries
            + PoolMethods.entries + TierMethods.entries + OperationMethods.entries + RulesMethods.entries
            + DraftMethods.entries + ClientMethods.entries + AuditMethods.entries
    }
}

extension Set<Role> {
    /// Everyone who has a key.
    static var everyone: Set<Role> { Set(Role.allCases) }
    /// Those who sell.
    static var sellers: Set<Role> { [.pos, .shop, .admin] }
    /// Those who look at what the program does.
    static var analysts: Set<Role> { [.analyst, .admin] }
    /// Those who say what the program does.
    static var admins: Set<Role> { [.admin] }
    /// Those who look after members.
    static var shops: Set<Role> { [.shop, .admin] }
}
