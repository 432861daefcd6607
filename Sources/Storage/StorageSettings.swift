// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// The settings that messages of this module, and of modules that write output folders, mention.
extension Setting {
  /// The output folder of a run.
  package static let directory = Setting("directory", of: "PipelineRun.run")
  /// Whether earlier results in the output folder are discarded.
  package static let restart = Setting("restart", of: "PipelineRun.run")
}
