import Foundation
import JSON
import TestSupport
import Testing

/// nst/JSONTestSuite: every file is judged, none is left to chance.
@Suite(.externalSuite("json/test_parsing"))
struct ParsingSuiteTests {
    /// Files the suite calls valid and this scanner refuses on purpose: RFC 8259 §4 leaves duplicate names to the
    /// implementation, and a request that can be read in two ways must not be read at all.
    private let refusedOnPurpose: [String: JSONError] = [
        "y_object_duplicated_key.json": JSONError(offset: 9, reason: .duplicateKey),
        "y_object_duplicated_key_and_value.json": JSONError(offset: 9, reason: .duplicateKey),
    ]

    /// The files the suite leaves open, each with our decision; nil means accepted.
    private let decisions: [String: JSONError.Reason?] = [
        // Numbers are kept as they are written; whether one fits a type is asked when it is read.
        "i_number_double_huge_neg_exp.json": nil,
        "i_number_huge_exp.json": nil,
        "i_number_neg_int_huge_exp.json": nil,
        "i_number_pos_double_huge_exp.json": nil,
        "i_number_real_neg_overflow.json": nil,
        "i_number_real_pos_overflow.json": nil,
        "i_number_real_underflow.json": nil,
        "i_number_too_big_neg_int.json": nil,
        "i_number_too_big_pos_int.json": nil,
        "i_number_very_big_negative_int.json": nil,
        // Half a character is no text: it cannot be stored or compared as UTF-8.
        "i_object_key_lone_2nd_surrogate.json": .loneSurrogate,
        "i_string_1st_surrogate_but_2nd_missing.json": .loneSurrogate,
        "i_string_1st_valid_surrogate_2nd_invalid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_and_escape_valid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_pair.json": .loneSurrogate,
        "i_string_incomplete_surrogates_escape_valid.json": .loneSurrogate,
        "i_string_invalid_lonely_surrogate.json": .loneSurrogate,
        "i_string_invalid_surrogate.json": .loneSurrogate,
        "i_string_inverted_surrogates_U+1D11E.json": .loneSurrogate,
        "i_string_lone_second_surrogate.json": .loneSurrogate,
        // RFC 8259 §8.1: JSON between systems is UTF-8, so nothing else is guessed at.
        "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_invalid_utf-8.json": .invalidUTF8,
        "i_string_iso_latin_1.json": .invalidUTF8,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8,
        "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8,
        "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_UTF-16LE_with_BOM.json": .expectedValue,
        "i_string_utf16BE_no_BOM.json": .expectedValue,
        "i_string_utf16LE_no_BOM.json": .expectedValue,
        // RFC 8259 §8.1 forbids sending a byte order mark; a line protocol has no use for one.
        "i_structure_UTF-8_BOM_empty_object.json": .byteOrderMark,
        // Nothing honest is 500 deep.
        "i_structure_500_nested_arrays.json": .tooDeep,
    ]

    @Test("every file of the suite is accepted or refused as stated")
    func everyFile() throws {
        let files = try ExternalSuites.files(in: "json/test_parsing")
        var judged: [Character: Int] = [:]
        for file in files {
            let name = file.lastPathComponent
            let error = JSONError.from([UInt8](try Data(contentsOf: file)))
            let kind = try #require(name.first)
            judged[kind, default: 0] += 1
            switch kind {
            case "y": #expect(error == refusedOnPurpose[name], "\(name)")
            case "n": #expect(error != nil, "\(name)")
            default:
                let decision = try #require(decisions[name], "\(name) is not decided")
                #expect(error?.reason == decision, "\(name)")
            }
        }
        #expect(judged == ["y": 95, "n": 188, "i": 35])
    }

    @Test("accepted files survive being written canonically and read again")
    func canonicalRoundTrip() throws {
        for file in try ExternalSuites.files(in: "json/test_parsing") {
            guard let document = try? JSONDocument([UInt8](try Data(contentsOf: file))) else { continue }
            let canonical = CanonicalJSON.bytes(of: document.root)
            let again = try JSONDocument(canonical)
            #expect(CanonicalJSON.bytes(of: again.root) == canonical, "\(file.lastPathComponent)")
            #expect(again.root.kind == document.root.kind)
        }
    }
}

extension JSONError {
    /// The error a text is refused with, or nil when it is accepted.
    static func from(_ bytes: [UInt8], maxDepth: Int = 64) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONDocument(bytes, maxDepth: maxDepth)
            return nil
        } catch {
            return error
        }
    }
}
