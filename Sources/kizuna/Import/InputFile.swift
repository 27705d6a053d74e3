import Foundation

// Reads a file in pieces, plain or gzip, whichever it is: the first two bytes tell, not the name.
//
// gzip files go through `gzip -dc`, which every Debian and macOS has: that needs no C library in the build and lets
// the second core unpack. The child reads from our file descriptor and so moves our offset, which tells how far it is.

/// A file that is read from its beginning to its end.
final class InputFile {
    private static let pieceBytes = 1 << 17

    private let path: String
    private let file: FileHandle
    private let size: UInt64
    private let unpacker: Process?
    private let output: FileHandle

    /// Opens a file.
    init(path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            let file = FileHandle(forReadingAtPath: path)
        else { throw CommandFailure(.noInput, "cannot read \(path); name a file of purchases, one a line") }
        self.path = path
        self.file = file
        size = (try? file.seekToEnd()) ?? 0
        try file.seek(toOffset: 0)
        let start = try file.read(upToCount: 2) ?? Data()
        try file.seek(toOffset: 0)
        guard start.elementsEqual([0x1F, 0x8B]) else {
            unpacker = nil
            output = file
            return
        }
        let pipe = Pipe()
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc"]
        gzip.standardInput = file
        gzip.standardOutput = pipe
        gzip.standardError = FileHandle.nullDevice
        try gzip.run()
        unpacker = gzip
        output = pipe.fileHandleForReading
    }

    deinit {
        if let unpacker, unpacker.isRunning { unpacker.terminate() }
    }

    /// The next piece; `nil` at the end.
    func read() throws -> [UInt8]? {
        if let piece = try output.read(upToCount: Self.pieceBytes), !piece.isEmpty { return [UInt8](piece) }
        if let unpacker {
            unpacker.waitUntilExit()
            guard unpacker.terminationStatus == 0 else {
                throw CommandFailure(.noInput, "\(path) is damaged: gzip could not unpack it to its end")
            }
        }
        return nil
    }

    /// How much of the file has been read, from 0 to 1.
    var progress: Double {
        guard size > 0, let offset = try? file.offset() else { return 1 }
        return min(1, Double(offset) / Double(size))
    }
}
