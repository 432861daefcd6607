// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The end of a program whose memory ran out.
///
/// Swift's own allocations cannot fail with an error: the runtime says how much it could not get and aborts, and where it
/// cannot allocate even that message it reads address 0. System libraries do the same. What files decide is bounded
/// where they are read, so that this is left for limits such as that of `ulimit -v`.
package enum MemoryFailure {
  /// Whether the system refused memory to a `FloatBuffer`, which traps for it.
  static let wasRefused = Atomic<Bool>(false)

  /// Lets a process that memory ran out of say so before it ends, with status 71.
  ///
  /// Signals for other reasons end it as before. To be called once, at the start of a program.
  ///
  /// - Parameter notice: What it says.
  package static func explain(saying notice: StaticString) {
    unsafe MemoryFailureHandler.notice = notice
    wasRefused.store(false, ordering: .relaxed)
    MemoryFailureHandler.install(for: [SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS])
  }

  /// Whether this signal is what became of a refused allocation; safe in a signal handler.
  static func explains(_ number: Int32) -> Bool {
    wasRefused.load(ordering: .relaxed) || isExhausted || number == SIGABRT && isLimited
  }

  /// Whether there is a limit of address space, for want of which the runtime ends the program by itself.
  private static var isLimited: Bool {
    var limit = rlimit()
    #if canImport(Darwin)
      let result = unsafe getrlimit(RLIMIT_AS, &limit)
    #else
      let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #endif
    return result == 0 && limit.rlim_cur < rlim_t.max >> 1
  }

  /// Whether the system refuses the process another 64 MiB of addresses: what a thread's allocations reserve first.
  private static var isExhausted: Bool {
    let size = 64 << 20
    let mapping = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return true }
    unsafe munmap(mapping, size)
    return false
  }
}

/// The signal handler of `MemoryFailure`, on a stack of its own: that of the main thread may be what cannot grow.
private enum MemoryFailureHandler {
  private static let stackBytes = 64 << 10
  /// `SI_USER`, a macro that Swift does not see everywhere: the signal came from `kill`.
  #if canImport(Darwin)
    private static let sentByProcess: Int32 = 0x10001
  #else
    private static let sentByProcess: Int32 = 0
  #endif
  /// Written before the first signal can come.
  nonisolated(unsafe) static var notice: StaticString = ""
  /// What else would have handled each signal, such as the runtime's backtraces; for the life of the process.
  nonisolated(unsafe) private static let previous = UnsafeMutablePointer<sigaction>.allocate(
    capacity: 32)

  static func install(for signals: [Int32]) {
    provideStack()
    for number in signals {
      var action = sigaction()
      #if canImport(Darwin)
        unsafe action.__sigaction_u.__sa_sigaction = handle
      #else
        unsafe action.__sigaction_handler.sa_sigaction = handle
      #endif
      action.sa_flags = Int32(SA_SIGINFO) | Int32(bitPattern: UInt32(SA_ONSTACK))
      unsafe sigemptyset(&action.sa_mask)
      unsafe sigaction(number, &action, previous + Int(number))
    }
  }

  /// Only what may be called in a handler: no allocation, no locks.
  private static let handle:
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void = {
      number, info, _ in
      // An abort that another process sends says nothing of memory.
      let isSent = unsafe info.map { unsafe $0.pointee.si_code == sentByProcess } ?? false
      if !(number == SIGABRT && isSent), MemoryFailure.explains(number) {
        unsafe SignalNotice.write(notice)
        _exit(71)
      }
      unsafe sigaction(number, previous + Int(number), nil)
      // Blocked until this handler returns.
      raise(number)
    }

  /// A stack for handlers on the calling thread; without one they use the thread's own.
  private static func provideStack() {
    let memory = unsafe mmap(
      nil, stackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return }
    var stack = unsafe stack_t()
    unsafe stack.ss_sp = memory
    unsafe stack.ss_size = stackBytes
    unsafe sigaltstack(&stack, nil)
  }
}
