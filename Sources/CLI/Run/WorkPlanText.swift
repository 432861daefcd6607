// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINKernels
import SPINStorage

/// What a command is about to do, for people: a line a step, and what all of it takes.
struct WorkPlanText {
  let plan: WorkPlan
  /// Where the results go, whose disk they need.
  let out: String
  /// The device and memory budget of the work.
  let execution: Execution

  var text: String {
    let names = plan.steps.map { PrintableText.escaped($0.name, keepsNewlines: false) }
    let width = names.map(\.count).max() ?? 0
    var lines = zip(plan.steps, names).map { step, name in
      "plan     \(Columns.padded(name, width))  \(step.amount): \(Self.time(step))"
    }
    let unknown = plan.isOpen ? ", and what servers take" : ""
    lines.append(
      "plan     about \(ScoringProgressReporter.time(plan.secondsLeft)) on \(execution.device.description)"
        + unknown
        + ", memory \(ByteCount.text(plan.memoryBytes)) of \(ByteCount.text(execution.maxMemory))"
        + ", results \(ByteCount.text(plan.outputBytes))"
        + (plan.scratchBytes > 0 ? ", scratch \(ByteCount.text(plan.scratchBytes))" : ""))
    return lines.joined(separator: "\n") + "\n"
  }

  /// A long plan's first lines say enough where every step is like the one before.
  var brief: String {
    guard plan.steps.count > 40 else { return text }
    var shortened = plan
    shortened.steps = Array(plan.steps.prefix(40))
    let rest = plan.steps.count - 40
    let lines = WorkPlanText(plan: shortened, out: out, execution: execution).text
      .split(separator: "\n").dropLast().joined(separator: "\n")
    let total = text.split(separator: "\n").last.map(String.init) ?? ""
    return lines + "\nplan     and \(rest) more steps\n" + total + "\n"
  }

  /// The plan for machines.
  func document(_ schema: String) -> JSON {
    [
      "schema": .string(schema), "tool_version": .string(SPINVersion.current), "work": plan.json,
    ]
  }

  /// Refuses work whose results do not fit on the disk, with a margin of a few percent.
  func requireDisk() throws {
    let needed = plan.outputBytes + plan.scratchBytes
    guard let free = try? FileSystem.freeByteCount(at: Self.existing(out)), needed > free else {
      return
    }
    throw SPINError(
      .cannotCreate, at: out,
      "needs \(ByteCount.text(needed)) of disk, \(ByteCount.text(free)) are free",
      remedy: "free some, or choose another --out")
  }

  /// The folder itself, or the nearest one above it that exists.
  private static func existing(_ path: String) -> String {
    var folder = path
    while FileSystem.status(folder) == nil, folder != ".", folder != "/" {
      folder = FileSystem.parent(of: folder)
    }
    return folder
  }

  private static func time(_ step: PlannedStep) -> String {
    if step.isDone { return "done already" }
    let done =
      step.items.map { $0.done > 0 ? ", \($0.done) of \($0.count) done already" : "" } ?? ""
    guard let seconds = step.secondsLeft else { return "as the server takes" + done }
    return ScoringProgressReporter.time(seconds) + done
  }
}
