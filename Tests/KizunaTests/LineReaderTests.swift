import Foundation
import TestSupport
import Testing

@testable import kizuna

/// Files, piece by piece and line by line.
@Suite(.temporaryFolder) struct LineReaderTests {
    /// The lines of a text that comes in pieces of some bytes, as `number:text`, cut ones with an ellipsis.
    private func lines(_ text: [UInt8], pieceBytes: Int, longest: Int = 100) throws -> [String] {
        var rest = text[...]
        var reader = LineReader(longest: longest) {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(pieceBytes) }
            return Array(rest.prefix(pieceBytes))
        }
        var lines: [String] = []
        while let line = try reader.next() {
            lines.append("\(line.number):\(String(decoding: line.bytes, as: UTF8.self))\(line.isTooLong ? "…" : "")")
        }
        return lines
    }

    @Test(
        arguments: [
            ("", []), ("\n", []), ("a", ["1:a"]), ("a\n", ["1:a"]), ("a\nb", ["1:a", "2:b"]),
            ("a\r\n\r\n \t\nb\r\n", ["1:a", "4:b"]), ("\u{FEFF}a\n\u{FEFF}b", ["1:a", "2:\u{FEFF}b"]),
            ("12345678\n123456789\nx", ["1:12345678", "2:12345678…", "3:x"]), ("123456789", ["1:12345678…"]),
            ("絆\n", ["1:絆"]),
        ] as [(String, [String])], [1, 2, 3, 1000])
    func linesAreTheSameInPiecesOfAnySize(row: (String, [String]), pieceBytes: Int) throws {
        #expect(try lines(Array(row.0.utf8), pieceBytes: pieceBytes, longest: 8) == row.1)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = TemporaryFolder.current.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }

    private func readAll(_ path: String) throws -> [UInt8] {
        let input = try InputFile(path: path)
        var bytes: [UInt8] = []
        while let piece = try input.read() { bytes += piece }
        #expect(input.progress == 1)
        return bytes
    }

    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = try write(bytes, "plain")
        let pipe = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-c", path]
        process.standardOutput = pipe
        try process.run()
        let packed = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return [UInt8](packed)
    }

    @Test(arguments: [0, 1, 100, 300_000])
    func filesAreReadWholePlainOrPacked(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &generator) }
        #expect(try readAll(write(bytes, count == 0 ? "empty" : "a.gz")) == bytes, "a plain file, whatever its name")
        guard count > 0 else { return }
        #expect(try readAll(write(gzip(bytes), "packed.ndjson")) == bytes)
    }

    @Test func aDamagedFileIsToldAtItsEnd() throws {
        let packed = try gzip(Array(repeating: 0x41, count: 10_000))
        let path = try write(packed.dropLast(6), "cut.gz")
        #expect(throws: CommandFailure(.noInput, "\(path) is damaged: gzip could not unpack it to its end")) {
            try readAll(path)
        }
    }

    @Test func whatIsNoFileIsToldAtOnce() {
        #expect(throws: CommandFailure.self) { try InputFile(path: "/nowhere/x") }
        #expect(throws: CommandFailure.self) { try InputFile(path: TemporaryFolder.current.path) }
    }

    @Test func rejectedLinesKeepNumberReasonsAndText() {
        let text = SourceLine(number: 3, bytes: Array(#"{"a":"絆"}"#.utf8))
        #expect(
            RejectsFile.text(text, Rejection(["a is bad", "b is missing"]))
                == #"{"line":3,"reasons":["a is bad","b is missing"],"text":"{\"a\":\"絆\"}"}"# + "\n")
        let bytes = SourceLine(number: 4, bytes: [0xFF, 0x00])
        #expect(RejectsFile.text(bytes, Rejection("x")) == #"{"line":4,"reasons":["x"],"base64":"/wA="}"# + "\n")
    }

    @Test func theRejectsFileIsThereOnlyIfItHoldsSomething() throws {
        let path = TemporaryFolder.current.appending(path: "rejects").path
        let first = try RejectsFile(path: path)
        try first.add(SourceLine(number: 1, bytes: []), Rejection("x"))
        try first.finish()
        #expect(FileManager.default.fileExists(atPath: path))
        try RejectsFile(path: path).finish()
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(throws: CommandFailure.self) { try RejectsFile(path: "/nowhere/x") }
    }

    @Test(arguments: [
        ("baskets.ndjson.gz", "baskets.rejects.ndjson"), ("a/b/c.jsonl", "c.rejects.ndjson"), ("x", "x.rejects.ndjson"),
        (".gz", ".gz.rejects.ndjson"),
    ])
    func theRejectsFileIsNamedAfterTheFile(file: String, rejects: String) {
        #expect(ImportPurchasesCommand.rejectsPath(for: file) == rejects)
    }
}
