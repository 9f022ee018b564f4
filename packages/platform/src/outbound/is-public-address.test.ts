import fc from "fast-check";
import { expect, test } from "vitest";
import { isPublicAddress } from "./is-public-address.ts";

test.each([
  "8.8.8.8",
  "1.1.1.1",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "168.63.129.17",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "2606:4700:4700::1111",
  "2a00:1450:4001:80b::200e",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  // This network, loopback, private, shared, link-local with the metadata of clouds, documentation, benchmarks, groups.
  ...["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1"],
  ...["172.31.255.255", "192.168.0.1", "100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254"],
  ...["169.254.170.2", "168.63.129.16", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7"],
  ...["203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
  // The same of IPv6.
  ...["::", "::1", "fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"],
  ...["100::1", "2001:db8::1", "3fff::1", "2001:2::1", "2001:10::1", "5f00::1", "4000::1", "1::1"],
  // Addresses of IPv4 in another form.
  ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "0:0:0:0:0:ffff:c0a8:1"],
  ...["::127.0.0.1", "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe"],
  ...["64:ff9b::a83f:8110", "64:ff9b:1::8.8.8.8", "2002:a00:1::", "2002:808:808::", "2001:0:a00:1::"],
  // What is no address.
  ...[
    "",
    "localhost",
    "127.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "8.8.8.8:80",
    "[::1]",
    " 8.8.8.8",
    "8.8.8.8\n",
  ],
])("%j is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test("an address of IPv4 is judged alike in every form that leads to it, and none is an error", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const isPublic = isPublicAddress(address);
      expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublic);
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(isPublic);
    }),
  );
  fc.assert(fc.property(fc.ipV6(), (address) => void isPublicAddress(address)));
  fc.assert(fc.property(fc.string(), (text) => void isPublicAddress(text)));
});
