import { expect, test } from "vitest";
import { readPlatformConfig } from "../../../../config.ts";
import { appsSite } from "./apps-site.ts";

test.each([
  [{}, "http://127.0.0.1:8080", { host: "127.0.0.1", port: 8081, isFixed: false }],
  [{ PLATFORM_LISTEN: "0.0.0.0:80" }, "http://0.0.0.0", { host: "127.0.0.1", port: 81, isFixed: false }],
  [{ PLATFORM_LISTEN: "127.0.0.1:0" }, "http://127.0.0.1:4711", { host: "127.0.0.1", port: 0, isFixed: false }],
  [{ PLATFORM_LISTEN: "[::1]:65535" }, "http://[::1]:65535", { host: "127.0.0.1", port: 0, isFixed: false }],
  [{ PLATFORM_APPS_LISTEN: "[::]:81" }, "http://127.0.0.1:8080", { host: "::", port: 81, isFixed: true }],
])("with %j and %s they answer at %j", (env, url, site) => {
  expect(appsSite(readPlatformConfig(env), url)).toEqual(site);
});
