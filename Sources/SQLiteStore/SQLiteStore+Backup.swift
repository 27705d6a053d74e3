import Engine
import Foundation
import GRDB

extension SQLiteStore {
    /// Copies the store as it is at one moment into a new file, while others read and write it.
    ///
    /// The copy is made beside its place, checked, brought to the disk and only then given its name, so a file of that
    /// name is a whole backup.
    ///
    /// - Throws: `StoreError` where the file exists already, cannot be written, or the copy is not sound.
    package func backUp(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.unavailable, "\(path) exists already")
        }
        let unfinished = path + ".unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        let file = Foundation.open(unfinished, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(.unavailable, "\(path) cannot be created: \(String(cString: strerror(errno)))")
        }
        defer { Foundation.close(file) }
        do {
            try StoreError.translating {
                let copy = try DatabaseQueue(path: unfinished)
                // All pages in one reading transaction: what is written meanwhile is not part of it.
                try pool.backup(to: copy)
                let verdict = try copy.writeWithoutTransaction { database in
                    // The copy has the mode of the original, whose log it does not need.
                    try database.execute(sql: "PRAGMA journal_mode = DELETE")
                    return try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? ""
                }
                try copy.close()
                guard verdict == "ok" else { throw StoreError(.corrupt, "the copy is not sound: \(verdict)") }
            }
            try StoreCopy.finish(file, from: unfinished, to: path)
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished)
            throw error
        }
    }

    private static func refuseExisting(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            throw StoreError(.unavailable, "\(path + suffix) exists already; move it away first")
        }
    }

    /// Puts a backup in place as a new store; the backup stays as it is.
    ///
    /// - Throws: `StoreError` where there is a store already, or something cannot be read or written.
    package static func restore(_ backup: String, to path: String) throws {
        try refuseExisting(path)
        let log = try? FileManager.default.attributesOfItem(atPath: backup + "-wal")[.size] as? Int
        guard log ?? 0 == 0 else {
            throw StoreError(
                .unavailable,
                "\(backup) is no backup but a store with a log beside it, which would be lost; make one with kizuna backup"
            )
        }
        try StoreFile.check(backup)
        let unfinished = path + ".unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        do {
            try FileManager.default.copyItem(atPath: backup, toPath: unfinished)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: unfinished)
            let file = Foundation.open(unfinished, O_RDWR | O_CLOEXEC)
            guard file >= 0 else {
                throw StoreError(.unavailable, "\(unfinished) cannot be opened: \(String(cString: strerror(errno)))")
            }
            defer { Foundation.close(file) }
            // Copying took its time.
            try refuseExisting(path)
            try StoreCopy.finish(file, from: unfinished, to: path)
        } catch let error as CocoaError {
            try? FileManager.default.removeItem(atPath: unfinished)
            throw StoreError(.unavailable, "the backup cannot be copied: \(error.localizedDescription)")
        } catch {
            try? FileManager.default.removeItem(atPath: unfinished)
            throw error
        }
    }
}

private enum StoreCopy {
    /// Gives a file its name, unless somebody made another one of that name meanwhile.
    private static func name(_ unfinished: String, _ path: String) throws -> Bool {
        if link(unfinished, path) == 0 { return unlink(unfinished) == 0 }
        if errno == EEXIST { throw StoreError(.unavailable, "\(path) exists already") }
        // Not every file system knows two names of one file.
        return [EPERM, ENOTSUP, ENOSYS].contains(errno) && rename(unfinished, path) == 0
    }

    /// Brings a file to the disk, then its name.
    static func finish(_ file: Int32, from unfinished: String, to path: String) throws {
        guard fsync(file) == 0, try name(unfinished, path) else {
            throw StoreError(.unavailable, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        let folder = Foundation.open(
            URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { Foundation.close(folder) }
        guard fsync(folder) == 0 else {
            throw StoreError(.unavailable, "\(path) cannot be brought to the disk: \(String(cString: strerror(errno)))")
        }
    }
}
