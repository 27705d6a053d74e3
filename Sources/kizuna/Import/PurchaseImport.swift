import Client
import JSON
import RPC

/// Posts every purchase of a file, in its order, and keeps count.
///
/// No more lines are in memory than the server takes calls at a time. A call whose answer got lost is sent again with
/// the same key, so that a purchase counts once however often the connection breaks or the import is started anew.
struct PurchaseImport {
    private let reader: PurchaseReader
    private let rejects: RejectsFile
    private var lines: LineReader
    private var pipeline: CallPipeline<SourceLine>
    /// What has been done so far.
    private(set) var tally = ImportTally()

    init(lines: LineReader, reader: PurchaseReader, pipeline: CallPipeline<SourceLine>, rejects: RejectsFile) {
        self.lines = lines
        self.reader = reader
        self.pipeline = pipeline
        self.rejects = rejects
    }

    /// Posts everything; `onProgress` is called with every line.
    mutating func run(onProgress: (ImportTally) -> Void) async throws {
        while let line = try lines.next() {
            switch params(of: line) {
            case .success(let params):
                if pipeline.isFull { try await settleOldest() }
                try await pipeline.send(params, tag: line)
            case .failure(let rejection): try reject(line, rejection)
            }
            onProgress(tally)
        }
        while try await settleOldest() { onProgress(tally) }
        await pipeline.close()
    }

    private func params(of line: SourceLine) -> Result<[UInt8], Rejection> {
        if line.isTooLong { return .failure(Rejection("the line is longer than the server takes")) }
        return Result { () throws(Rejection) in try reader.params(of: line.bytes) }
    }

    /// Takes the answer to the oldest call; `false` when there is none.
    @discardableResult
    private mutating func settleOldest() async throws -> Bool {
        guard let (line, answer) = try await pipeline.next() else { return false }
        switch answer {
        case .success(let result): tally.count(result)
        case .failure(let failure):
            guard Self.isAboutTheLine(failure) else { throw failure }
            try reject(line, Rejection(failure))
        }
        return true
    }

    /// Whether a refusal is the line's own fault: the others would be the same for every line.
    private static func isAboutTheLine(_ failure: RPCFailure) -> Bool {
        let isAboutUs = [RPCCode.notAuthenticated, RPCCode.notPermitted, RPCCode.methodNotFound].contains(failure.code)
        return !isAboutUs && !failure.isRetryable
    }

    private mutating func reject(_ line: SourceLine, _ rejection: Rejection) throws {
        tally.countRejection()
        try rejects.add(line, rejection)
    }
}
