// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

// The readers of the library once more, instrumented for libFuzzer. A package of its own, so that nobody who
// builds or depends on SPIN builds it: instrumentation needs unsafe flags. `Library` is a link to ../Sources.

import PackageDescription

let settings: [SwiftSetting] = [
  .unsafeFlags(["-sanitize=fuzzer", "-enable-testing", "-suppress-warnings"]),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ folder: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: "SPIN\(folder)", dependencies: dependencies, path: "Library/\(folder)",
    swiftSettings: settings)
}

/// The modules of the library.
let modules: [Target.Dependency] = [
  "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution",
  "SPINDecoderNames", "SPINCheckpoint", "SPINGGUF", "SPINPyTorch", "SPINImport", "SPINTokenization",
  "SPINTransformer", "SPINCalibration",
  "SPINScores", "SPINImportance", "SPINSelection", "SPINPatch", "SPINAdapters", "SPINStatistics",
  "SPINTemplates", "SPINLanguageModel", "SPINGeneration", "SPINLikelihood", "SPINEndpoint",
  "SPINHub", "SPINEvaluation", "SPINChoices", "SPINReport", "SPINTraining",
]

let package = Package(
  name: "fuzzing",
  platforms: [.macOS(.v15)],
  targets: [
    library("Errors"),
    .target(name: "CKernels", path: "Library/CKernels"),
    .target(name: "CDigest", path: "Library/CDigest"),
    library("Storage", ["SPINErrors", "CDigest"]),
    library("JSON", ["SPINErrors"]),
    library("Kernels", ["SPINErrors", "SPINStorage", "CKernels"]),
    library("Execution", ["SPINErrors", "SPINStorage", "SPINKernels"]),
    library("DecoderNames"),
    library("Checkpoint", ["SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON"]),
    library("GGUF", ["SPINErrors", "SPINStorage"]),
    library("PyTorch", ["SPINErrors", "SPINStorage", "SPINCheckpoint"]),
    library("Tokenization", ["SPINErrors", "SPINStorage", "SPINJSON"]),
    library(
      "Transformer",
      [
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINKernels", "SPINExecution",
        "SPINCheckpoint", "SPINJSON",
      ]
    ),
    library(
      "Calibration",
      ["SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINTokenization"]
    ),
    library(
      "Scores", ["SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINJSON"]),
    library(
      "Importance",
      [
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution",
        "SPINCheckpoint",
        "SPINTransformer",
        "SPINCalibration", "SPINScores",
      ]),
    library(
      "Selection",
      ["SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINScores", "SPINJSON"]),
    library("Patch", ["SPINErrors", "SPINStorage", "SPINCheckpoint", "SPINJSON"]),
    library(
      "Adapters",
      [
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution",
        "SPINCheckpoint",
        "SPINPatch",
        "SPINTransformer",
      ]),
    library("Templates", ["SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint"]),
    library(
      "Import",
      [
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINGGUF",
        "SPINPyTorch",
      ]),
    library("Statistics", ["SPINStorage"]),
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
    library("Hub", ["SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINEndpoint"]),
    library(
      "Evaluation",
      [
        "SPINLanguageModel", "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels",
        "SPINExecution", "SPINCheckpoint",
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
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON", "SPINCheckpoint", "SPINScores",
        "SPINSelection",
        "SPINPatch", "SPINStatistics",
      ]),
    library(
      "Training",
      [
        "SPINDecoderNames", "SPINErrors", "SPINStorage", "SPINJSON", "SPINKernels", "SPINExecution",
        "SPINCheckpoint",
        "SPINTransformer", "SPINCalibration", "SPINAdapters",
      ]),
    .target(
      name: "SPINJobs", dependencies: modules, path: "Library/Jobs", swiftSettings: settings),
    .target(name: "CFuzzer", path: "CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: ["CFuzzer", "SPINJobs"] + modules, path: "Driver", swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
