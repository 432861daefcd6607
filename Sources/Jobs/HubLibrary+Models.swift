// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINHub
import SPINJSON
import SPINStorage
import SPINTokenization
import SPINTransformer

extension HubLibrary {
  /// Checks the configuration and tokenizer of a model before its weights are fetched.
  ///
  /// - Parameter folder: A folder with `config.json` and the tokenizer's files.
  /// - Throws: `SPINError` where the model is of a family, or its tokenizer of a kind, that is not supported.
  public static func requireSupported(_ folder: String) throws {
    let path = folder + "/config.json"
    let config = try JSON(parsing: FileSystem.read(path), path: path)
    _ = try DecoderConfiguration(config.requireObject(at: path, code: .configuration))
    _ = try Tokenizer(directory: folder)
  }
}
