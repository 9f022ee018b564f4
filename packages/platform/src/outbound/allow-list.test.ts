import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllowList } from "./allow-list.ts";

test("names stand for themselves, addresses and blocks for what is in them", () => {
  const list = parseAllowList("Receiver.internal, 10.1.0.0/16,::1,fd00::/8,192.168.1.5");
  expect(list.allowsHost("receiver.internal")).toBe(true);
  expect(list.allowsHost("other.receiver.internal")).toBe(false);
  for (const address of ["10.1.0.0", "10.1.255.255", "::1", "fd12::1", "192.168.1.5", "::ffff:10.1.2.3"]) {
    expect(list.allowsAddress(address), address).toBe(true);
  }
  for (const address of ["10.0.255.255", "10.2.0.0", "::2", "fe80::1", "192.168.1.4", "receiver.internal", ""]) {
    expect(list.allowsAddress(address), address).toBe(false);
  }
});

test("nothing is allowed by an empty list", () => {
  const list = parseAllowList("");
  expect(list.allowsHost("")).toBe(false);
  expect(list.allowsAddress("127.0.0.1")).toBe(false);
});

test.each([
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/x",
  "10.0.0.0/8/8",
  "::/129",
  "10.0.0.0/-1",
  "a b",
  "http://a",
  "[::1]",
  "-a",
])("%j is refused, named", (part) => {
  expect(() => parseAllowList(`fine.example,${part}`)).toThrow(
    new RangeError(`${part} is neither the name of a host nor a block of addresses`),
  );
});

test("any other text is read or refused", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseAllowList(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
