// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What an adapter is, in the words of PEFT's `LoraConfig`; shared by `train lora` and `train dora`.
struct AdapterFlags: ParsableArguments {
  private static let defaults = AdapterConfiguration(
    targets: TargetModules([.query, .value]))

  @Option(help: "The rank of each matrix's update.")
  var loraR = defaults.rank

  @Option(help: "The update is scaled by alpha / rank, or by alpha / sqrt(rank) with --use-rslora.")
  var loraAlpha = defaults.alpha

  @Option(help: "The dropout probability of the update's inputs during training.")
  var loraDropout = defaults.dropout

  @Option(
    help: ArgumentHelp(
      """
      The matrices to adapt: comma-separated names, a regular expression over module names, or \
      all-linear.
      """, valueName: "modules"))
  var targetModules = "q_proj,v_proj"

  @Option(
    help: ArgumentHelp(
      "Adapt only these layers: comma-separated, counted from 0.", valueName: "layers"))
  var layersToTransform: LayerList?

  @Flag(help: "Scale by alpha / sqrt(rank) instead of alpha / rank, which suits large ranks.")
  var useRslora = false

  func validate() throws {
    if case .pattern = choice, layersToTransform != nil {
      throw ValidationError("--layers-to-transform needs names as --target-modules, as in PEFT.")
    }
  }

  private var choice: TargetModules.Choice {
    if targetModules == "all-linear" { return .allLinear }
    let names = targetModules.split(separator: ",", omittingEmptySubsequences: false)
    let isPlain = names.allSatisfy { name in
      !name.isEmpty
        && name.utf8.allSatisfy { byte in
          byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            || UnicodeScalar(byte).properties.isAlphabetic
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
    return isPlain ? .names(names.map(String.init)) : .pattern(targetModules)
  }

  func configuration(usesDoRA: Bool) -> AdapterConfiguration {
    var configuration = AdapterConfiguration(
      targets: TargetModules(choice, layers: layersToTransform?.layers))
    configuration.rank = loraR
    configuration.alpha = loraAlpha
    configuration.dropout = loraDropout
    configuration.usesRankStabilization = useRslora
    configuration.usesDoRA = usesDoRA
    return configuration
  }
}

/// Layers as `0,1,5`.
struct LayerList: ExpressibleByArgument {
  let layers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    layers = parts.compactMap { Int($0) }
    guard layers.count == parts.count, layers.allSatisfy({ $0 >= 0 }) else { return nil }
  }
}
