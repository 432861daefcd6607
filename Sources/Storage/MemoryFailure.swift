// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Makes a program that runs out of memory say so before it ends.
///
/// An allocation of Swift cannot fail with an error: the runtime prints the size it could not get
/// and aborts or, if it cannot allocate even that message, accesses address 0. System libraries do
/// the same. Sizes that come from files are bounded where the files are read; what remains are
/// limits such as that of `ulimit -v`.
package enum MemoryFailure {
  /// Whether the system refused memory to a `FloatBuffer`, which then traps.
  static let wasRefused = Atomic<Bool>(false)

  /// Installs signal handlers that print a notice and exit with status 71 if memory ran out.
  ///
  /// Signals with other causes end the process as before. To be called once, at the start of a
  /// program.
  ///
  /// - Parameter notice: The text to print.
  package static func explain(saying notice: StaticString) {
    unsafe MemoryFailureHandler.notice = notice
    wasRefused.store(false, ordering: .relaxed)
    MemoryFailureHandler.install(for: [SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS])
  }

  /// Whether a signal was caused by a refused allocation; safe in a signal handler.
  static func explains(_ number: Int32) -> Bool {
    wasRefused.load(ordering: .relaxed) || isExhausted || number == SIGABRT && isLimited
  }

  /// Whether the address space is limited, in which case an abort probably means that the runtime
  /// ran out of it.
  private static var isLimited: Bool {
    var limit = rlimit()
    #if canImport(Darwin)
      let result = unsafe getrlimit(RLIMIT_AS, &limit)
    #else
      let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #endif
    return result == 0 && limit.rlim_cur < rlim_t.max >> 1
  }

  /// Whether the system refuses another 64 MiB of address space, the amount that a thread's first
  /// allocation reserves.
  private static var isExhausted: Bool {
    let size = 64 << 20
    let mapping = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return true }
    unsafe munmap(mapping, size)
    return false
  }
}

/// The signal handler of `MemoryFailure`, on its own stack because the main thread's stack may be
/// what cannot grow.
private enum MemoryFailureHandler {
  private static let stackBytes = 64 << 10
  /// `SI_USER`, a macro that Swift does not import everywhere: the signal was sent by `kill`.
  #if canImport(Darwin)
    private static let sentByProcess: Int32 = 0x10001
  #else
    private static let sentByProcess: Int32 = 0
  #endif
  /// Written before the first handler is installed.
  nonisolated(unsafe) static var notice: StaticString = ""
  /// The previous handler of each signal, such as the runtime's backtraces; never freed.
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

  /// Calls only async-signal-safe functions: no allocation, no locks.
  private static let handle:
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void = {
      number, info, _ in
      // An abort that another process sends says nothing about memory.
      let isSent = unsafe info.map { unsafe $0.pointee.si_code == sentByProcess } ?? false
      if !(number == SIGABRT && isSent), MemoryFailure.explains(number) {
        unsafe SignalNotice.write(notice)
        _exit(71)
      }
      unsafe sigaction(number, previous + Int(number), nil)
      // Delivered to the previous handler when this one returns, since the signal is blocked until
      // then.
      raise(number)
    }

  /// Provides a signal stack for the calling thread; if that fails, handlers use the thread's own
  /// stack.
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
