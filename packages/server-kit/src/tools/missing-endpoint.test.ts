import { type Endpoint, PlatformError, projects, UnexpectedAnswerError } from "@platform-mcp/client";
import { describe, expect, test } from "vitest";
import { getThing } from "../testing/tools.ts";
import { errorText } from "./error-text.ts";
import { explained, ifOffered, isMissingEndpoint } from "./missing-endpoint.ts";
import type { Api } from "./tool.ts";

const failedCall = { method: "GET", path: "/api/x", outcome: "answered", retryable: false } as const;
const webPage = new UnexpectedAnswerError("GET /api/x answered 200 with a web page", {
  ...failedCall,
  status: 200,
  webPage: true,
});

function answered(status: number, serverMessage: string): PlatformError {
  const rest = { fields: [], permission: undefined, requestId: "", retryAfter: undefined };
  return new PlatformError("no", { ...failedCall, ...rest, status, serverMessage });
}

/** An API that fails each call, but those of `works`. */
function apiThat(error: unknown, works: (endpoint: Endpoint) => boolean = () => false): Api {
  return {
    call: (endpoint) => (works(endpoint) ? Promise.resolve({} as never) : Promise.reject(error)),
  };
}
const knowsCaller = (endpoint: Endpoint) => endpoint.path === "/api/auth/me";

describe("an endpoint is missing", () => {
  test.each([
    [answered(404, "not found"), true],
    [answered(404, "Not Found"), true],
    [answered(405, "Method Not Allowed"), true],
    [answered(501, "Not Implemented"), true],
    [answered(404, "issue"), false],
    [answered(500, "not found"), false],
    [new Error("not found"), false],
  ])("by what the platform says: %s is %s", async (error, missing) => {
    expect(await isMissingEndpoint(error, apiThat(error))).toBe(missing);
  });

  test("where a web page stands in its place, while another endpoint answers", async () => {
    expect(await isMissingEndpoint(webPage, apiThat(webPage, knowsCaller))).toBe(true);
    expect(await isMissingEndpoint(webPage, apiThat(webPage))).toBe(false);
  });
});

test("what is not offered is undefined, and every other failure stays one", async () => {
  const get = (api: Api) => api.call(projects.getProject, { project_id: "p" });
  const older = apiThat(webPage, knowsCaller);
  expect(await ifOffered(older, get(older))).toBeUndefined();
  const elsewhere = apiThat(webPage);
  await expect(ifOffered(elsewhere, get(elsewhere))).rejects.toBe(webPage);
  const without = apiThat(answered(404, "project"));
  await expect(ifOffered(without, get(without))).rejects.toThrow(PlatformError);
});

test("the text says that it is not offered, and not that the platform may be elsewhere", async () => {
  const error = await explained(webPage, apiThat(webPage, knowsCaller));
  expect(errorText(error, getThing, [])).toBe(
    "get_thing failed (GET /api/x).\nThis platform does not offer this operation. Retrying cannot help.",
  );
  expect(await explained(webPage, apiThat(webPage))).toBe(webPage);
});
