// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINTestSupport
import Testing

struct FileSignatureTests {
  @Test(
    arguments: [
      ([], "is empty; download it again"),
      (
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
        "is a Git-LFS pointer, not the weights; install Git LFS and run `git lfs pull` in that folder"
      ),
      (
        Array("\n<!DOCTYPE html><html>".utf8),
        "is a web page, not weights; the server refused the download, as for a model that asks for a "
          + "license; accept it, log in, and download the file again"
      ),
      (
        Array("GGUF\u{3}\0\0\0".utf8),
        "is a GGUF file, which is not read in place; convert it: spin model import "
          + "DIR/model.safetensors --out model.safetensors-safetensors"
      ),
      (
        [0x50, 0x4B, 0x03, 0x04, 0, 0, 0, 0, 0],
        "is a PyTorch file, which is a program and is never run here; convert its folder: "
          + "spin model import DIR --out NAME-safetensors"
      ),
      (
        [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9],
        "is a PyTorch file, which is a program and is never run here; convert its folder: "
          + "spin model import DIR --out NAME-safetensors"
      ),
      (
        [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0],
        "is an HDF5 file; use a checkpoint in safetensors"
      ),
      (
        [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0],
        "is a NumPy file; use a checkpoint in safetensors"
      ),
      (Array("{\"a\": 1}".utf8), "is a text file, not weights; download the weights"),
    ] as [([UInt8], String)])
  func whatPeopleHaveInsteadOfWeightsIsNamed(bytes: [UInt8], message: String) throws {
    let directory = try TemporaryDirectory()
    let path = try write(bytes, "model.safetensors", in: directory)
    expectError("DIR/model.safetensors: " + message, in: directory) {
      try SafetensorsFile(path: path)
    }
  }

  /// The eight bytes of the length may look like the start of anything.
  @Test(arguments: [0x20, 0x7B, 0x5B, 0x0280, 0x7B20, 0x0A20])
  func noHeaderLengthIsMistaken(length: Int) throws {
    let header = "{}" + String(repeating: " ", count: length - 2)
    let directory = try TemporaryDirectory()
    let path = try write(safetensors(header: header), "a", in: directory)
    #expect(try SafetensorsFile(path: path).entries.isEmpty)
  }
}
