import Foundation
import JSON

/// Where rejected lines go: one JSON object a line with the number, the reasons and the original text.
final class RejectsFile {
    let path: String
    private let file: FileHandle
    private(set) var count = 0

    /// Makes the file anew; what an earlier run rejected is judged again by this one.
    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else {
            throw CommandFailure(.cannotCreate, "cannot write \(path); name another file with --rejects")
        }
        self.path = path
        self.file = file
    }

    func add(_ line: SourceLine, _ rejection: Rejection) throws {
        count += 1
        try file.write(contentsOf: Data(Self.text(line, rejection).utf8))
    }

    /// Closes the file, and removes it when nothing was rejected.
    func finish() throws {
        try file.close()
        if count == 0 { try FileManager.default.removeItem(atPath: path) }
    }

    static func text(_ line: SourceLine, _ rejection: Rejection) -> String {
        JSONText.line { json in
            json.beginObject()
            json.member("line", Int64(line.number))
            json.key("reasons")
            json.beginArray()
            for reason in rejection.reasons { json.string(reason) }
            json.endArray()
            // JSON cannot hold bytes that are not text; they are kept, too, but encoded.
            if let text = String(validating: line.bytes, as: UTF8.self) {
                json.member("text", text)
            } else {
                json.member("base64", Data(line.bytes).base64EncodedString())
            }
            json.endObject()
        }
    }
}
