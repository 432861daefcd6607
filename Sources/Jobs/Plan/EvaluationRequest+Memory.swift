// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINDecoderNames
import SPINExecution
import SPINLanguageModel
import SPINTraining
import SPINTransformer

extension EvaluationRequest {
  /// Lets plans count the pages that edits will change, before the weights are known.
  ///
  /// Where many weights are selected few are on pages of their own, so that no more than 32 MB are counted: an edit of more
  /// pages may still be refused where it is measured, with its scores and its selection done.
  ///
  /// - Parameters:
  ///   - selections: What may be selected; the largest counts.
  ///   - rounds: How often weights are selected one after the other.
  ///   - target: The matrices that are scored.
  ///   - model: The model's shape.
  public mutating func reserve(
    for selections: [Selection], rounds: Int = 1, target: TargetModule,
    of model: DecoderConfiguration
  ) {
    let bytes = selections.map {
      SelectionReach($0, target: target, of: model).editBytes
    }
    execution.reservedBytes = min((bytes.max() ?? 0) * rounds, 32 << 20)
  }

  /// Lets plans count the pages of the matrices that an adapter is going to be merged into.
  ///
  /// - Throws: `SPINError` where the adapter targets nothing of the model.
  mutating func reserve(
    forMerging adapter: AdapterConfiguration, into model: LanguageModel
  ) throws {
    let names = Set(try adapter.matrices(of: model.decoder.configuration))
    let bytes = model.directory.tensors.reduce(0) { sum, tensor in
      guard let name = MatrixName(stored: tensor.key), names.contains(name) else { return sum }
      // The first and the last page may hold other tensors, too.
      return sum + tensor.value.byteRange.count + 2 * Machine.pageBytes
    }
    execution.reservedBytes = max(execution.reservedBytes, bytes)
  }

  /// The same where the edit is known, whose pages count for themselves.
  var withoutReserve: EvaluationRequest {
    var request = self
    request.execution.reservedBytes = 0
    return request
  }
}
