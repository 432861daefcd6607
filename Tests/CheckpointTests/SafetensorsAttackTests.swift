// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// The three files of `attacks/` in the safetensors repository, which try to make a reader allocate
/// or compute without end.
struct SafetensorsAttackTests {
  /// safetensors_abuse_attempt_1.py: a header length far beyond the file.
  @Test func wrongHeaderLengthIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = try write(
      safetensors(header: #"{"weight":{"dtype":"F32"}}"#, length: 1_000_000_000),
      "a.safetensors", in: directory)
    expectError(
      "DIR/a.safetensors: gives its header's length as 1000000000 bytes, at most 100000000 are "
        + "allowed; this is no safetensors file, or it is damaged - download it again",
      in: directory
    ) { try SafetensorsFile(path: path) }
  }

  /// safetensors_abuse_attempt_2.py: ten million tensors that share their bytes.
  ///
  /// Ours stops at a million, before anything is sorted.
  @Test func tensorsBeyondAMillionAreRefused() throws {
    var header = Array("{".utf8)
    for index in 0...1_000_000 {
      let comma = index == 0 ? "" : ","
      header += Array("\(comma)\"\(index)\":".utf8)
      header += Array(#"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#.utf8)
    }
    header += Array("}".utf8)
    let error = #expect(throws: SPINError.self) {
      try SafetensorsHeader(json: header, dataByteCount: 0, path: "a.safetensors")
    }
    #expect(error?.message == "describes more than 1000000 tensors")
  }

  /// Tables of names count canonical equivalents as one: a second spelling ended the program.
  @Test func twoSpellingsOfOneNameAreRefused() throws {
    let entry = #"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
    let header = Array("{\"caf\u{E9}\":\(entry),\"cafe\u{301}\":\(entry)}".utf8)
    let error = #expect(throws: SPINError.self) {
      try SafetensorsHeader(json: header, dataByteCount: 0, path: "a.safetensors")
    }
    #expect(
      error?.message == "the tensor \"cafe\u{301}\" is described twice, in two Unicode spellings")
  }

  /// safetensors_abuse_attempt_3.py: a hundred thousand tensors over the same bytes, a copy of each
  /// of which would be many times the file.
  @Test func overlappingTensorsAreRefused() throws {
    let entries = (0..<100_000).map {
      #""weight_\#($0)":{"dtype":"F32","shape":[5000,5000],"data_offsets":[0,100000000]}"#
    }
    let header = Array(("{" + entries.joined(separator: ",") + "}").utf8)
    let error = #expect(throws: SPINError.self) {
      try SafetensorsHeader(json: header, dataByteCount: 100_000_000, path: "a.safetensors")
    }
    #expect(error?.message.hasSuffix("ends at 100000000: they overlap") == true)
  }
}
