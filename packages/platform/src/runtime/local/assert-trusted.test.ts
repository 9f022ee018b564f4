import { expect, test } from "vitest";
import { UserError } from "../../user-error.ts";
import { assertTrusted } from "./assert-trusted.ts";

test.each(["127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"])(
  "%s is this machine's own",
  (host) => assertTrusted({ host, trustRepositories: false }),
);

test.each([
  "0.0.0.0",
  "::",
  "10.0.0.1",
  "192.168.1.2",
  "::2",
  "fe80::1",
  "example.com",
  "localhost.example.com",
  "1270.0.0.1",
])("%s is refused unless repositories are trusted", (host) => {
  expect(() => assertTrusted({ host, trustRepositories: false })).toThrow(UserError);
  expect(() => assertTrusted({ host, trustRepositories: false })).toThrow(
    new RegExp(`listens on ${host} .*--trust-repositories`),
  );
  assertTrusted({ host, trustRepositories: true });
});
