// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJobs
import Synchronization
import Testing

/// Jobs as asynchronous values; what is not stopped would run for ever.
@Suite(.timeLimit(.minutes(1))) struct LongWorkTests {
  /// Counts up to a number, and stops where it is told to.
  private func counting(
    to count: Int, waitingFor gate: Gate? = nil
  ) -> LongWork<Int, Int> {
    LongWork { shouldStop, report in
      for number in 0..<count {
        if shouldStop() { throw SPINError.stopped("stopped at \(number)") }
        report(number)
        gate?.pass()
      }
      return count
    }
  }

  @Test func theResultIsWaitedFor() async throws {
    let work = counting(to: 7)
    #expect(try await work.value == 7)
    // However often, and however late.
    #expect(try await work.value == 7)
  }

  @Test func eventsComeInOrderAndEnd() async throws {
    let work = counting(to: 100)
    var events: [Int] = []
    for await event in work.events { events.append(event) }
    #expect(events == Array(0..<100))
    #expect(try await work.value == 100)
  }

  /// A reader who comes late finds the newest events, and a program that reads none does not grow.
  @Test func theNewestEventsAreKept() async throws {
    let work = counting(to: 10_000)
    _ = try await work.value
    var events: [Int] = []
    for await event in work.events { events.append(event) }
    #expect(events == Array(5_904..<10_000))
  }

  @Test func errorsAreThrown() async {
    let work = LongWork<Int, Int> { _, _ in
      throw SPINError(.missingInput, at: "here", "is not there")
    }
    await #expect(throws: SPINError(.missingInput, at: "here", "is not there")) {
      try await work.value
    }
  }

  @Test func cancellingStopsTheWork() async {
    let gate = Gate()
    let work = counting(to: .max, waitingFor: gate)
    work.cancel()
    gate.open()
    await expectStopped { try await work.value }
  }

  /// The task that waits is what the caller knows; its cancellation is that of the work.
  @Test func theWorkIsCancelledWithTheTaskThatWaits() async {
    let gate = Gate()
    let work = counting(to: .max, waitingFor: gate)
    let task = Task { try await work.value }
    task.cancel()
    gate.open()
    await expectStopped { try await task.value }
  }

  /// Work whose result nobody can ask for any more is not done to its end.
  @Test func abandonedWorkStops() async throws {
    let gate = Gate()
    let events: AsyncStream<Int>
    do {
      let work = counting(to: .max, waitingFor: gate)
      events = work.events
    }
    gate.open()
    var count = 0
    for await _ in events { count += 1 }
    #expect(count <= 4_096)
  }

  /// A program's names of settings are in force on the thread of the work, too.
  @Test func namesOfSettingsAreHandedOver() async throws {
    let names = SettingNames { _ in "--flag" }
    let work = SettingNames.$current.withValue(names) {
      LongWork<Int, String> { _, _ in
        SPINError(.usage, at: Setting("property", of: "Type"), "is wrong").description
      }
    }
    #expect(try await work.value == "--flag: is wrong")
  }

  private func expectStopped(_ body: () async throws -> Int) async {
    do {
      Issue.record("\(try await body()) in place of an error")
    } catch {
      #expect((error as? SPINError)?.code == .interrupted, "\(error)")
    }
  }
}

/// Holds work back until it is opened.
private final class Gate: Sendable {
  private let isOpen = Atomic(false)

  func open() { isOpen.store(true, ordering: .releasing) }
  func pass() { while !isOpen.load(ordering: .acquiring) {} }
}
