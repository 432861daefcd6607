// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
  name: "BeforeAfterChat",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-spin", path: "../..")],
  targets: [
    .executableTarget(
      name: "BeforeAfterChat", dependencies: [.product(name: "SPIN", package: "swift-spin")])
  ]
)
