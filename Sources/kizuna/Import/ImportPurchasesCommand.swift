import ArgumentParser
import Client
import Foundation

/// `kizuna import purchases`
struct ImportPurchasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purchases",
        abstract: "Post purchases from a file, one JSON object a line, plain or gzip.",
        discussion: """
            Without --map a line is the params of purchase.post. Without an idempotency_key in it, one is made from \
            store, terminal and receipt, so that a file can be imported again: what was posted before is counted as \
            replayed and earns nothing twice. Use the same API key for that, because keys belong to a client.

            With --map the lines have any shape. A map is a list of param=field:
              member       who bought; the member's card, unless --member-as says otherwise
              receipt      the receipt's number
              occurred_at  when, in RFC 3339 with an offset, such as 2026-05-16T10:00:00+09:00
              items        the list of lines, in which are found
              item.amount  what a line cost in minor units, such as cents; 0 is allowed
            and, where the file has them, store (or --store), currency (or --currency), terminal, channel, \
            idempotency_key, item.sku, item.category, item.tags (once or several times), item.quantity, item.tax. \
            A field may be inside another one: customer.id. Integers are taken as text where text is wanted. Fields \
            that are not in the map are ignored.

            A card that nobody has is enrolled if the program says `enroll: { unknown_card: enroll }`; otherwise its \
            purchases are rejected, as are those of members that are named in another way and not known.

            Rejected lines go to a file with the number, the reasons and the text of each. Purchases are posted in \
            the order of the file. Exits with 1 when a line was rejected.

            EXAMPLES
              kizuna import purchases sales.ndjson
              kizuna import purchases baskets.ndjson.gz --currency USD --map "
                member=household_id, receipt=basket_id, store=store_id, occurred_at=timestamp,
                items=lines, item.sku=product_id, item.quantity=quantity, item.amount=sales_cents,
                item.category=category, item.tags=department"
            """)

    @Argument(help: "The file: newline-delimited JSON, plain or gzip.", completion: .file())
    var file: String

    @OptionGroup var server: ServerOptions

    @Option(
        help: ArgumentHelp("Which field becomes which param.", valueName: "param=field,…"), transform: FieldMap.init)
    var map: FieldMap?

    @Option(help: ArgumentHelp("With --map: the name that `member` is: card, member, phone, email.", valueName: "kind"))
    var memberAs = PurchaseMapping.MemberName.card

    @Option(help: ArgumentHelp("With --map: written before every card number.", valueName: "text"))
    var cardPrefix: String?

    @Option(help: ArgumentHelp("With --map: the currency of all amounts, such as USD.", valueName: "code"))
    var currency: String?

    @Option(help: ArgumentHelp("With --map: the store of all purchases.", valueName: "name"))
    var store: String?

    @Option(
        help: ArgumentHelp("Where rejected lines go; made from the file's name if not given.", valueName: "path"),
        completion: .file())
    var rejects: String?

    @Flag(help: "Print the summary as one JSON object.")
    var json = false

    func validate() throws {
        guard rejects.map({ URL(filePath: $0).standardized }) != URL(filePath: file).standardized else {
            throw ValidationError("--rejects must be another file than the one that is imported")
        }
        guard let map else {
            guard memberAs == .card, cardPrefix == nil, currency == nil, store == nil else {
                throw ValidationError("--member-as, --card-prefix, --currency and --store go with --map")
            }
            return
        }
        guard (map[.currency] == nil) != (currency == nil) else {
            throw ValidationError("say which currency the amounts are in, with --currency or in the map")
        }
        guard (map[.store] == nil) != (store == nil) else {
            throw ValidationError("say which store the purchases are from, with --store or in the map")
        }
        guard cardPrefix == nil || memberAs == .card else {
            throw ValidationError("--card-prefix is for members that are named by their cards")
        }
    }

    func run() async throws {
        let input = try InputFile(path: file)
        let reader = PurchaseReader(format)
        let pipeline = try await CallPipeline<SourceLine>(PurchaseReader.method) { try await server.connect() }
        let rejected = try RejectsFile(path: rejects ?? Self.rejectsPath(for: file))
        let lines = LineReader(longest: pipeline.lineBytes) { try input.read() }
        var work = PurchaseImport(lines: lines, reader: reader, pipeline: pipeline, rejects: rejected)
        var meter = ProgressMeter()
        do {
            try await work.run { tally in meter.update(tally) { input.progress } }
        } catch {
            // What was done is done, and worth telling; starting again takes up where this ended.
            await finish(work.tally, meter, rejected)
            throw error
        }
        await finish(work.tally, meter, rejected)
        guard work.tally.rejected == 0 else { throw ExitCode(CommandFailure.Code.refused.rawValue) }
    }

    private var format: PurchaseReader.Format {
        guard let map else { return .own }
        return .mapped(
            PurchaseMapping(
                map: map, memberName: memberAs, cardPrefix: cardPrefix ?? "", currency: currency, store: store))
    }

    /// How points are shown; `nil` where the server does not tell, which must not hide what was imported.
    private func pointFigures() async -> PointFigures? {
        guard let client = try? await server.connect() else { return nil }
        let figures = try? await client.pointFigures()
        await client.close()
        return figures
    }

    private func finish(_ tally: ImportTally, _ meter: ProgressMeter, _ rejects: RejectsFile) async {
        meter.finish()
        // A file that cannot be closed or removed changes nothing about what was posted.
        try? rejects.finish()
        let summary = ImportSummary(
            tally: tally, seconds: meter.seconds, rejects: tally.rejected > 0 ? rejects.path : nil)
        print(json ? summary.json : summary.text(await pointFigures(), .standardOutput()), terminator: "")
    }

    /// `baskets.rejects.ndjson` in the current folder, for `data/baskets.ndjson.gz`.
    static func rejectsPath(for file: String) -> String {
        var name = URL(filePath: file).lastPathComponent
        for suffix in [".gz", ".ndjson", ".jsonl", ".json"] where name.hasSuffix(suffix) && name != suffix {
            name.removeLast(suffix.count)
        }
        return "\(name).rejects.ndjson"
    }
}

extension PurchaseMapping.MemberName: ExpressibleByArgument {}
