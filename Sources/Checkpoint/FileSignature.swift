// SPDX-License-Identifier: Apache-2.0

package import SPINErrors
package import SPINStorage

/// What a file is, recognized by its first bytes.
///
/// People end up with many things under the name of weights; each is recognized so that the message
/// says what happened instead of what the parser tripped over.
package enum FileSignature: Sendable, Equatable {
  case empty
  /// What we read: a header length, then an object.
  case safetensors
  /// The stand-in that Git leaves where the large file was not fetched.
  case gitLFSPointer
  /// A page that a server sent in place of the file.
  case html
  /// The format of llama.cpp.
  case gguf
  /// A zip archive, as PyTorch writes since 1.6.
  case zip
  /// A bare Python pickle, as PyTorch wrote before.
  case pickle
  case hdf5
  case numpy
  /// Text that may be JSON.
  case json
  case unknown

  /// Looks at the first bytes of a file.
  package init(of file: MappedFile) {
    self.init(file.bytes(0..<min(512, file.byteCount)))
  }

  /// Looks at some first bytes.
  package init(_ bytes: [UInt8]) {
    let text = bytes.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.map {
      // ASCII capitals to small letters.
      0x41...0x5A ~= $0 ? $0 + 0x20 : $0
    }
    self =
      if bytes.isEmpty {
        .empty
      } else if Self.isSafetensors(bytes) {
        // First: the length of a header may look like the start of any other format.
        .safetensors
      } else if bytes.starts(with: "version https://git-lfs".utf8) {
        .gitLFSPointer
      } else if text.starts(with: "<!doctype html".utf8) || text.starts(with: "<html".utf8) {
        .html
      } else if bytes.starts(with: "GGUF".utf8) {
        .gguf
      } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
        .zip
      } else if bytes.starts(with: [0x80]) && bytes.count > 1 && 2...5 ~= bytes[1] {
        .pickle
      } else if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
        .hdf5
      } else if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
        .numpy
      } else if text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") {
        .json
      } else {
        .unknown
      }
  }

  /// Eight bytes of length, below four gigabytes, and an object.
  private static func isSafetensors(_ bytes: [UInt8]) -> Bool {
    bytes.count > 8 && bytes[4..<8].allSatisfy { $0 == 0 } && bytes[8] == UInt8(ascii: "{")
  }

  /// The error for a file of this kind where a safetensors file is expected, nil where it may be
  /// one.
  package func refusal(at path: String) -> SPINError? {
    switch self {
    case .empty:
      Self.refuse(path, "is empty", "download it again")
    case .gitLFSPointer:
      Self.refuse(
        path, "is a Git-LFS pointer, not the weights",
        "install Git LFS and run `git lfs pull` in that folder")
    case .html:
      Self.refuse(
        path, "is a web page, not weights",
        "the server refused the download, as for a model that asks for a license; accept it, log "
          + "in, and download the file again")
    case .gguf:
      Self.refuse(
        path, "is a GGUF file, which is not read in place",
        "convert it: \(ImportAdvice.command(for: path))")
    case .zip, .pickle:
      Self.refuse(
        path, "is a PyTorch file, which is a program and is never run here",
        "convert its folder: \(ImportAdvice.command(for: FileSystem.parent(of: path)))")
    case .hdf5:
      Self.refuse(path, "is an HDF5 file", "use a checkpoint in safetensors")
    case .numpy:
      Self.refuse(path, "is a NumPy file", "use a checkpoint in safetensors")
    case .json:
      Self.refuse(path, "is a text file, not weights", "download the weights")
    case .safetensors, .unknown: nil
    }
  }

  private static func refuse(_ path: String, _ message: String, _ remedy: String) -> SPINError {
    SPINError(.malformedInput, at: path, message, remedy: remedy)
  }
}
