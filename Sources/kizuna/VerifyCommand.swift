import ArgumentParser
import Engine
import Foundation
import JSON
import PostgresStore

/// `kizuna verify`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove a database: add every transfer up, check every chain, decide every command again.",
        discussion: """
            Reads only, so the server may go on meanwhile. Exits with 1 when something is not as it must be.

            EXAMPLES
              kizuna verify --database kizuna-demo/kizuna.sqlite
              kizuna verify --database kizuna-demo/kizuna.sqlite --json
            """)

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let store = try database.open(isReadOnly: true)
        if let postgres = store as? PostgresStore, try postgres.isStandby() {
            let note =
                "this server is a standby or is still being recovered: what it has replayed is verified, and more may follow"
            FileHandle.standardError.write(Data("kizuna: \(note)\n".utf8))
        }
        let started = ContinuousClock.now
        let verifier = Verifier(store: store, book: try Startup.rules(in: store, file: nil).book)
        let showsProgress = !json && isatty(STDERR_FILENO) == 1
        let report = try verifier.run { done, total in
            guard showsProgress else { return }
            FileHandle.standardError.write(Data("\r\(done) of \(total) members".utf8))
        }
        if showsProgress { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        try store.close()
        json ? printJSON(report) : printTable(report, took: ContinuousClock.now - started)
        guard report.isClean else { throw ExitCode(1) }
    }

    private func printTable(_ report: VerificationReport, took: Duration) {
        let style = Style.standardOutput()
        var table = Table(.left("CHECKED"), .right("COUNT"))
        let counts = [
            ("members", report.members), ("erased members", report.erased), ("operations", report.operations),
            ("transfers", report.transfers),
            ("blocks", report.blocks), ("audit entries", report.auditEntries),
        ]
        for (name, count) in counts { table.add([.init(name), .init(Numbers.grouped(count))]) }
        print(table.text(style))
        if report.isClean {
            print(style.paint("Clean", .good) + ", in \(seconds(took)).")
            return
        }
        var findings = Table(.left("WHERE"), .left("PROBLEM"))
        for finding in report.findings { findings.add([.init(finding.subject.description), .init(finding.problem)]) }
        print(findings.text(style))
        print(style.paint("Not clean", .bad) + ": \(report.findingCount) findings, in \(seconds(took)).")
    }

    private func seconds(_ duration: Duration) -> String {
        duration.formatted(.units(allowed: [.seconds], width: .wide, fractionalPart: .show(length: 1)))
    }

    private func printJSON(_ report: VerificationReport) {
        var json = JSONWriter()
        json.beginObject()
        json.key("clean")
        json.bool(report.isClean)
        json.member("members", report.members)
        json.member("erased_members", report.erased)
        json.member("operations", report.operations)
        json.member("transfers", report.transfers)
        json.member("blocks", report.blocks)
        json.member("audit_entries", report.auditEntries)
        json.member("finding_count", report.findingCount)
        json.key("findings")
        json.beginArray()
        for finding in report.findings {
            json.beginObject()
            json.member("subject", finding.subject.description)
            json.member("problem", finding.problem)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        print(String(decoding: json.take(), as: UTF8.self))
    }
}
