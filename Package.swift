// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// A library target `SPIN<folder>` in `Sources/<folder>`.
///
/// Module names are global in a package graph, so targets carry the prefix; folders do not, so that
/// the listing of `Sources` reads as the pipeline.
func library(_ folder: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: "SPIN\(folder)", dependencies: dependencies, path: "Sources/\(folder)")
}

/// A test target that mirrors `Sources/<folder>`.
func tests(
  _ folder: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(folder)Tests", dependencies: dependencies + ["SPINTestSupport"],
    path: "Tests/\(folder)Tests", exclude: exclude)
}

let package = Package(
  name: "swift-spin",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SPIN", targets: ["SPIN"]),
    // Chat templates by themselves: an interpreter of Jinja that knows nothing of models.
    .library(name: "ChatTemplates", targets: ["SPINTemplates"]),
    .executable(name: "spin", targets: ["SPINCommandLine"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // What everything stands on: errors, bytes and arithmetic.
    library("Errors"),
    .target(name: "CKernels", path: "Sources/CKernels"),
    .target(name: "CDigest", path: "Sources/CDigest"),
    library("Storage", ["SPINErrors", "CDigest"]),
    library("JSON", ["SPINErrors"]),
    library("Kernels", ["SPINErrors", "SPINStorage", "CKernels"]),
    library("Execution", ["SPINErrors", "SPINStorage", "SPINKernels"]),

    // The pipeline, in its order.
    library("DecoderNames"),
    library("Checkpoint", ["SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON"]),
    library("GGUF", ["SPINErrors", "SPINStorage"]),
    library("PyTorch", ["SPINErrors", "SPINStorage", "SPINCheckpoint"]),
    library(
      "Import",
      [
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINGGUF",
        "SPINPyTorch",
      ]),
    library("Tokenization", ["SPINErrors", "SPINStorage", "SPINJSON"]),
    library(
      "Transformer",
      [
        "SPINDecoderNames",
        "SPINErrors", "SPINStorage", "SPINKernels", "SPINExecution", "SPINCheckpoint", "SPINJSON",
      ]),
    library(
      "Calibration", ["SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint"]),
    library(
      "Scores", ["SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINJSON"]),
    library(
      "Importance",
      [
        "SPINDecoderNames",
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTransformer", "SPINCalibration", "SPINScores",
      ]),
    library(
      "Selection",
      ["SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINScores", "SPINJSON"]),
    library("Patch", ["SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINJSON"]),
    library(
      "Adapters",
      [
        "SPINDecoderNames",
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINPatch",
        "SPINTransformer",
      ]),

    // Does the edit help, does it hurt, and how sure are we.
    library("Statistics", ["SPINStorage"]),
    library("Templates", ["SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint"]),
    library(
      "LanguageModel",
      [
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINTokenization",
        "SPINTransformer",
      ]),
    library(
      "Generation",
      [
        "SPINLanguageModel",
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTokenization", "SPINTransformer",
      ]),
    library(
      "Likelihood",
      ["SPINErrors", "SPINStorage", "SPINKernels", "SPINExecution", "SPINTransformer"]),
    library("Endpoint", ["SPINErrors", "SPINStorage", "SPINJSON"]),
    library(
      "Hub", ["SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINEndpoint"]),
    library(
      "Evaluation",
      [
        "SPINLanguageModel",
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTokenization", "SPINTransformer", "SPINCalibration", "SPINStatistics",
        "SPINTemplates", "SPINGeneration", "SPINLikelihood", "SPINEndpoint",
      ]),
    library(
      "Choices",
      [
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTokenization", "SPINTransformer", "SPINCalibration", "SPINStatistics",
        "SPINTemplates", "SPINLanguageModel", "SPINLikelihood", "SPINEvaluation",
      ]),
    library(
      "Report",
      [
        "SPINDecoderNames",
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINScores", "SPINSelection",
        "SPINPatch", "SPINStatistics",
      ]),

    // The other way to the same end, for comparison.
    library(
      "Training",
      [
        "SPINDecoderNames",
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTransformer", "SPINCalibration", "SPINAdapters",
      ]),

    // The whole job, and what the command line is written against.
    library(
      "Jobs",
      [
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINDecoderNames", "SPINTokenization", "SPINTransformer", "SPINCalibration", "SPINScores",
        "SPINImportance", "SPINSelection", "SPINPatch", "SPINAdapters", "SPINStatistics",
        "SPINTemplates", "SPINLanguageModel", "SPINGeneration", "SPINLikelihood", "SPINEndpoint",
        "SPINHub", "SPINEvaluation", "SPINChoices", "SPINReport", "SPINTraining", "SPINImport",
      ]),

    // What users import and run.
    .target(
      name: "SPIN",
      dependencies: [
        "SPINAdapters", "SPINCalibration", "SPINCheckpoint", "SPINChoices", "SPINDecoderNames",
        "SPINEndpoint", "SPINErrors", "SPINEvaluation", "SPINExecution", "SPINGeneration",
        "SPINHub", "SPINImport", "SPINImportance", "SPINJSON", "SPINJobs",
        "SPINLanguageModel", "SPINPatch", "SPINReport", "SPINScores", "SPINSelection",
        "SPINStatistics", "SPINTemplates", "SPINTokenization", "SPINTraining",
      ], path: "Sources/SPIN"),
    .target(
      name: "CDemoModel", path: "Sources/DemoModel",
      // Embedded by the compiler, not copied as resources.
      exclude: [
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
        "tokenizer_config.json", "privacy.csv", "fairness.csv", "general.csv",
        "questions_privacy.csv", "questions_fairness.csv", "questions_benign.csv", "labelled.csv",
        "general.txt",
      ]),
    .executableTarget(
      // Not "spin": modules SPIN and spin are one file where the file system ignores case.
      name: "SPINCommandLine",
      dependencies: ["SPINJobs", "SPINJSON", "SPINStorage", "CDemoModel", argumentParser],
      path: "Sources/CLI"),

    // What Tools/tokenizers compares with the `tokenizers` package; no product.
    .executableTarget(
      name: "tokenizer-probe",
      dependencies: ["SPINErrors", "SPINJSON", "SPINTemplates", "SPINTokenization"],
      path: "Tools/tokenizers/probe"),

    // The ladder of kernels beside the machine's own ceiling; no product.
    .executableTarget(
      name: "kernel-benchmark", dependencies: ["SPINKernels", "SPINStorage", "SPINJSON"],
      path: "Benchmarks/kernels"),

    .target(
      name: "SPINTestSupport",
      dependencies: [
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINKernels", "SPINExecution",
        "SPINTransformer",
      ],
      path: "Tests/TestSupport"),
    tests("Errors", ["SPINErrors"]),
    tests("Storage", ["SPINStorage", "CDigest"]),
    tests("JSON", ["SPINJSON"]),
    tests("Kernels", ["SPINKernels", "SPINStorage"]),
    tests("Execution", ["SPINExecution", "SPINKernels", "SPINStorage"]),
    tests("Checkpoint", ["SPINCheckpoint"]),
    tests("GGUF", ["SPINGGUF", "SPINErrors", "SPINStorage", "SPINCheckpoint"]),
    tests("PyTorch", ["SPINPyTorch", "SPINErrors", "SPINStorage", "SPINCheckpoint"]),
    tests(
      "Import",
      [
        "SPINImport", "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINGGUF",
        "SPINTokenization",
      ]),
    tests("Tokenization", ["SPINTokenization"]),
    tests(
      "Transformer",
      [
        "SPINTransformer", "SPINErrors", "SPINJSON", "SPINStorage", "SPINCheckpoint", "SPINKernels",
      ]),
    tests("DecoderNames", ["SPINDecoderNames"]),
    tests("Calibration", ["SPINCalibration"]),
    tests("Scores", ["SPINScores"]),
    tests("Importance", ["SPINExecution", "SPINImportance", "SPINStorage"]),
    tests("Selection", ["SPINSelection"]),
    tests("Patch", ["SPINPatch"]),
    tests(
      "Adapters",
      [
        "SPINAdapters", "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution",
        "SPINCheckpoint",
        "SPINPatch", "SPINTransformer", "SPINCalibration", "SPINTraining",
      ]),
    tests(
      "Training",
      [
        "SPINTraining", "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution",
        "SPINCheckpoint",
        "SPINTransformer", "SPINCalibration", "SPINAdapters",
      ]),
    tests("Statistics", ["SPINStatistics", "SPINJSON", "SPINStorage"]),
    tests("Templates", ["SPINTemplates", "SPINJSON", "SPINErrors"]),
    tests(
      "Generation",
      [
        "SPINGeneration", "SPINTransformer", "SPINKernels", "SPINExecution", "SPINAdapters",
        "SPINJSON",
        "SPINStorage",
      ]),
    tests(
      "Likelihood",
      [
        "SPINLikelihood", "SPINTransformer", "SPINKernels", "SPINExecution", "SPINStorage",
        "SPINErrors",
      ]),
    tests("Endpoint", ["SPINEndpoint", "SPINJSON", "SPINErrors"]),
    tests("Hub", ["SPINHub", "SPINEndpoint", "SPINStorage", "SPINJSON", "SPINErrors"]),
    tests(
      "Evaluation",
      [
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTokenization", "SPINTransformer", "SPINCalibration", "SPINStatistics",
        "SPINTemplates", "SPINGeneration", "SPINLikelihood", "SPINEndpoint",
        "SPINEvaluation",
      ]),
    tests(
      "Choices",
      [
        "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution", "SPINCheckpoint",
        "SPINTokenization", "SPINTransformer", "SPINCalibration", "SPINStatistics",
        "SPINTemplates", "SPINLanguageModel", "SPINGeneration", "SPINLikelihood", "SPINEvaluation",
        "SPINChoices",
      ]),
    tests(
      "Report",
      [
        "SPINReport", "SPINJSON", "SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINScores",
        "SPINSelection", "SPINPatch",
      ]),
    tests("Jobs", ["SPINJobs", "SPINErrors"]),
    tests("Command", ["SPINJobs", "SPINCommandLine"], exclude: ["Snapshots"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

for target in package.targets where !["CKernels", "CDigest", "CDemoModel"].contains(target.name) {
  target.swiftSettings = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
