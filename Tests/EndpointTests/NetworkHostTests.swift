// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SPINEndpoint

struct NetworkHostTests {
  /// What `inet_aton` and `inet_pton` of glibc take for loopback or unspecified addresses.
  @Test(arguments: [
    "127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1", "127.0.1", "2130706433",
    "0x7f000001", "0x7F.0.0.1", "0x7f.1", "0177.0.0.01", "017700000001", "0x7f.0x0.0x0.0x1", "0",
    "0.0.0.0", "00.0x0", "::1", "[::1]", "0:0:0:0:0:0:0:1", "0::1", "::0001", "::", "[::]",
    "::ffff:127.0.0.1", "::FFFF:7f00:1", "0:0:0:0:0:ffff:127.9.9.9", "[::ffff:127.0.0.1]", "::1%lo",
    "localhost", "LOCALHOST", "localhost.", "judge.localhost", "a.b.localhost.",
  ])
  func thisMachine(_ host: String) { #expect(NetworkHost(host).isLoopback) }

  @Test(arguments: [
    "127.attacker.example", "127.0.0.1.attacker.example", "127.0.0.1.nip.io", "1270.0.1", "127x",
    "128.0.0.1", "126.255.255.255", "10.0.0.1", "0.0.0.1", "1", "127", "127.0.0.256", "127.0.65536",
    "0x7f.0.0.1.2", "127.0.0.1.", "127..1", "08.0.0.1", "0177.0.0.09", "0xg", "+127.0.0.1",
    "127.-0.0.1", "4294967296", "340282366920938463463374607431768211457", "0200.0.0.1",
    "0x1_7f.0.0.1", "localhost.attacker.example", "notlocalhost", "localhost..", "", ".", "[", "[]",
    "::2", "1::", "1::1", "fe80::1", "::127.0.0.1", "::ffff:128.0.0.1", "::fffe:127.0.0.1",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "::1::", ":::1", "0:0:0:0:0:0:0:0:1", "::00001",
    "::ffff:127.0.0", "::ffff:0x7f.0.0.1", "[::1", "::1]", "127.0.0.1:80", "１２７.0.0.1",
  ])
  func otherMachines(_ host: String) { #expect(!NetworkHost(host).isLoopback) }

  /// What libcurl reads in `no_proxy`; the way through the program is tested with it.
  @Test(arguments: [
    ("", "127.0.0.1"), ("intranet.example", "127.9.9.9"), ("localhost,127.0.0.1", "localhost"),
  ])
  func exceptionsFromProxiesAreKept(_ given: String, _ host: String) {
    let list = ProxyExemption.exceptions(given, with: host).split(separator: ",").map(String.init)
    #expect(list.starts(with: given.split(separator: ",").map(String.init)))
    #expect(Set(list).isSuperset(of: [host, "localhost", ".localhost", "127.0.0.1", "::1"]))
    #expect(Set(list).count == list.count)
    #expect(
      ProxyExemption.exceptions(list.joined(separator: ","), with: host).split(separator: ",").count
        == list.count)
    #expect(ProxyExemption.exceptions("*", with: host) == "*")
  }

  @Test func sameAddressesAreOneHost() {
    #expect(NetworkHost("10.1") == NetworkHost("10.0.0.1"))
    #expect(NetworkHost("example.org.") == NetworkHost("EXAMPLE.org"))
    #expect(NetworkHost("[2001:db8::1]") == NetworkHost("2001:DB8:0:0::1"))
    #expect(NetworkHost("example.org") != NetworkHost("example.com"))
    #expect(NetworkHost("0x7f.1").dottedQuad == "127.0.0.1")
  }
}
