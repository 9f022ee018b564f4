import { expect, test } from "vitest";
import { hiddenValues } from "./hidden-values.ts";

test("secrets are hidden, and what agents get of the platform's environment but for what is known to be none", () => {
  const inherited = {
    ANTHROPIC_API_KEY: "key",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    HTTPS_PROXY: "http://user:p%40ss%zz@proxy:3128",
    http_proxy: "http://user:p%40ss@proxy:3128",
    ALL_PROXY: "socks5://user:hunter2@proxy:1080",
    FTP_PROXY: "http://only%2Btoken@proxy:3128",
    GIT_PROXY: "http://proxy:3128",
    NO_PROXY: "localhost",
    COLONS: "not:an-address",
    ANTHROPIC_MODEL: "a-model",
    AWS_REGION: "here",
    LICENCE: "unknown",
  };
  expect(hiddenValues(new Map([["S", "secret"]]), inherited)).toEqual([
    "secret",
    "key",
    ...["p%40ss%zz", "p%40ss%zz"],
    ...["p%40ss", "p@ss"],
    ...["socks5://user:hunter2@proxy:1080", "hunter2", "hunter2"],
    ...["only%2Btoken", "only+token"],
    "not:an-address",
    "unknown",
  ]);
});
