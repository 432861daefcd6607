// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// How many items of a task are evaluated, as lm-eval's `--limit`: a number, or a share below 1.
struct LimitArgument: ExpressibleByArgument {
  let limit: ChoiceEvaluation.Limit

  init?(argument: String) {
    if let count = Int(argument), count >= 1 {
      limit = .items(count)
    } else if let share = Double(argument), share > 0, share < 1 {
      limit = .share(share)
    } else {
      return nil
    }
  }
}

/// Tasks, their files and their examples; `TaskOptions` and `ChoicesCommand` differ in the flags.
struct ChoiceTaskArguments {
  let tasks: [String]
  let data: (flag: String, arguments: [DataArgument])
  let examples: (flag: String, arguments: [DataArgument])

  /// - Throws: `ValidationError` for files of tasks that are not requested, or two of one task.
  func validate() throws {
    let names = tasks.map(Self.name)
    for (flag, arguments) in [data, examples] {
      let given = arguments.map(\.file.name)
      guard Set(given).count == given.count else {
        throw ValidationError("\(flag) names the same task twice.")
      }
      if let other = given.first(where: { !names.contains($0) }) {
        throw ValidationError("\(flag) names \"\(other)\", which is not among the tasks.")
      }
    }
  }

  /// The tasks with their files.
  var requests: [EvaluationRequest.Task] {
    func path(_ arguments: [DataArgument], _ task: String) -> String? {
      arguments.first { $0.file.name == Self.name(task) }?.file.path
    }
    return tasks.map {
      EvaluationRequest.Task(
        name: $0, data: path(data.arguments, $0), examples: path(examples.arguments, $0))
    }
  }

  private static func name(_ task: String) -> String {
    ChoiceCatalog.isFile(task) ? ChoiceCatalog.taskName(ofFile: task) : task
  }
}
