import Engine
import Foundation
import MemoryStore
import SQLiteStore
import TestSupport
import Testing

/// The stores that keep the contract. A new one joins by one more case here.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite

    var testDescription: String { rawValue }
}

/// An empty store of one kind, in the temporary folder of the test.
struct StoreUnderTest {
    private let kind: StoreKind
    private let memory = MemoryStore()

    init(_ kind: StoreKind) {
        self.kind = kind
    }

    /// A way into the store as another engine or process would have it; the contents are the same.
    func open() throws -> any Store {
        switch kind {
        case .memory: memory
        case .sqlite: try SQLiteStore(path: TemporaryFolder.current.appending(path: "kizuna.sqlite").path)
        }
    }
}
