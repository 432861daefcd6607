// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The settings that messages of this module mention.
extension Setting {
  static let keyVariable = Setting("variable", of: "EndpointKey.read")
  static let tokenField = Setting("tokenField", of: "CompletionRequest.Sampling")
  static let noTemperature = Setting("temperature: nil", of: "CompletionRequest.Sampling")
}
