// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINStorage

/// A file or folder of a model that holds the model's weights once more.
public struct OtherCopy: Sendable, Equatable {
  /// Its path in the folder of the model; that of a folder ends with a slash.
  public let path: String
  /// The size of it, in bytes.
  public let byteCount: Int
  /// The format of the copy, or why it counts as one.
  public let reason: String
}

/// Which files of a model's folder hold its weights once more: for other programs, or from earlier stages.
///
/// An edit of the weights does not change them, and a program that prefers one of them would run the unedited
/// model. So copies leave them out unless they are requested. This is the one list of them.
struct OtherCopies {
  /// Folders, by name, with all that is in them.
  private static let folders: [(pattern: NamePattern, reason: String)] = [
    ("original", "Meta's layout of the weights, as llama-models reads it"),
    ("onnx", "ONNX Runtime and transformers.js"),
    ("openvino", "OpenVINO"),
    ("coreml", "Core ML"),
    ("*.mlpackage", "Core ML"),
    ("*.mlmodelc", "Core ML, compiled"),
    ("metal", "the Metal kernels of gpt-oss"),
    ("gguf", "llama.cpp and Ollama"),
    ("tflite", "LiteRT"),
  ]

  /// Files, by name, wherever in the folder they are.
  private static let files: [(pattern: NamePattern, reason: String)] = [
    ("consolidated*.safetensors", "Mistral's layout of the weights, which vLLM prefers"),
    ("consolidated*.safetensors.index.json", "the index of that layout"),
    ("consolidated*.pt*", "Meta's and Mistral's layout of the weights in PyTorch's format"),
    ("model-*-of-*.safetensors", "shards that the model does not use"),
    ("pytorch_model*.bin", "PyTorch's format, which transformers reads where it is told to"),
    ("pytorch_model*.index*.json", "the index of files in PyTorch's format"),
    ("*.pth", "PyTorch's format"),
    ("*.pt", "PyTorch's format"),
    ("*.pt2", "PyTorch's format for exported programs"),
    ("*.pte", "ExecuTorch"),
    ("*.ckpt*", "PyTorch Lightning's or TensorFlow's checkpoints"),
    ("tf_model*", "TensorFlow, which transformers reads where it is told to"),
    ("*.h5", "Keras and TensorFlow"),
    ("*.keras", "Keras"),
    ("flax_model*", "Flax, which transformers reads where it is told to"),
    ("*.msgpack", "Flax"),
    ("*.ot", "rust-bert"),
    ("*.gguf*", "llama.cpp and Ollama"),
    ("ggml*.bin", "older versions of llama.cpp, and whisper.cpp"),
    ("*.ggml", "older versions of llama.cpp"),
    ("*.llamafile", "llamafile"),
    ("*.onnx*", "ONNX Runtime and transformers.js"),
    ("*.ort", "ONNX Runtime"),
    ("openvino_*model*", "OpenVINO"),
    ("*.tflite", "LiteRT"),
    ("*.task", "MediaPipe"),
    ("*.litertlm", "LiteRT"),
    ("*.mlmodel", "Core ML"),
    ("*.npz", "NumPy's format, as MLX had it"),
    ("*.nemo", "NeMo"),
    ("*.engine", "TensorRT"),
    ("*.pdparams", "PaddlePaddle"),
    ("*.distcp", "PyTorch's distributed checkpoints"),
  ]

  /// Files that match a pattern above and hold no copy of the weights.
  private static let exceptions: [NamePattern] = [
    "adapter_model*", "optimizer*", "*optim_states.pt", "scheduler*", "scaler*", "rng_state*",
    "training_args*", "*tokenizer*", "*detokenizer*",
  ]

  private let model: ModelDirectory

  init(_ model: ModelDirectory) { self.model = model }

  /// The other copies in the folder of the model, in the order of their names.
  func found() throws -> [OtherCopy] { try found(in: "", depth: 0) }

  /// - Parameter folder: A path in the folder of the model, empty or with a slash at its end.
  private func found(in folder: String, depth: Int) throws -> [OtherCopy] {
    guard depth < 64 else { return [] }
    return try FileSystem.names(in: model.path + "/" + folder).flatMap { name -> [OtherCopy] in
      let place = folder + name
      let path = model.path + "/" + place
      // Links to folders are not followed, here as in copies.
      if FileSystem.status(path, following: false)?.kind == .directory {
        guard !FolderRules.isForeign(name) else { return [] }
        guard let known = Self.folders.first(where: { $0.pattern.matches(name) }) else {
          return try found(in: place + "/", depth: depth + 1)
        }
        let size = Self.byteCount(below: path, depth: depth)
        return [OtherCopy(path: place + "/", byteCount: size, reason: known.reason)]
      }
      guard let status = FileSystem.status(path), status.kind == .file,
        !FolderRules.isForeign(name), !isUsed(place), let reason = reason(name, at: path)
      else { return [] }
      return [OtherCopy(path: place, byteCount: status.byteCount, reason: reason)]
    }
  }

  private static func byteCount(below folder: String, depth: Int) -> Int {
    guard depth < 64, let names = try? FileSystem.names(in: folder) else { return 0 }
    return names.reduce(0) { sum, name in
      let path = "\(folder)/\(name)"
      switch FileSystem.status(path, following: false)?.kind {
      case .directory: return sum + byteCount(below: path, depth: depth + 1)
      case .file, .symbolicLink: return sum + (FileSystem.status(path)?.byteCount ?? 0)
      default: return sum
      }
    }
  }

  /// Whether a file is one of the model's own: its weights, or the index of them.
  private func isUsed(_ place: String) -> Bool {
    model.weightFileNames.contains(place)
      || place == ShardIndex.fileName && model.weightFileNames != ["model.safetensors"]
  }

  /// What a file is for, nil where it holds no other copy of the weights.
  private func reason(_ name: String, at path: String) -> String? {
    guard !Self.exceptions.contains(where: { $0.matches(name) }) else { return nil }
    if let known = Self.files.first(where: { $0.pattern.matches(name) }) {
      return known.reason
    }
    if ("*.safetensors.index*.json" as NamePattern).matches(name) {
      return "an index of shards that are not the model's"
    }
    if ("*.safetensors" as NamePattern).matches(name) { return safetensorsReason(name, at: path) }
    if ("*.bin" as NamePattern).matches(name) { return binaryReason(at: path) }
    return nil
  }

  /// A safetensors file that is not one of the model's is a copy where it has one of its tensors; it may as well be a
  /// projector or another part.
  private func safetensorsReason(_ name: String, at path: String) -> String? {
    let reason = "safetensors that the model does not use"
    guard let file = try? SafetensorsFile(path: path) else {
      return ("model*" as NamePattern).matches(name) ? reason : nil
    }
    return file.header.tensors.contains { model.entry(named: $0.name) != nil } ? reason : nil
  }

  /// Many programs call their files so: weights are in PyTorch's format, or large.
  private func binaryReason(at path: String) -> String? {
    guard let file = try? MappedFile(path: path) else { return nil }
    let kind = FileSignature(of: file)
    let isCopy = kind == .zip || kind == .pickle || file.byteCount > 1 << 20
    return isCopy ? "weights in the format of PyTorch or another program" : nil
  }
}
