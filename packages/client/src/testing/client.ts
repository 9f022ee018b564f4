import { fixedToken, type TokenSource } from "../config/token-source.ts";
import { createClient, type PlatformClient } from "../http/client.ts";
import type { Timeouts } from "../http/options.ts";

/** A token that tests look for where it must not be. */
export const testToken = "plat_api_0123456789abcdef";

/** Long enough for a busy machine, and waits between attempts too short to notice. */
const timeouts: Timeouts = { connect: 10_000, headers: 10_000, body: 10_000, deadline: 20_000, backoff: 1 };

interface TestClientOptions {
  readonly token?: TokenSource;
  readonly timeouts?: Partial<Timeouts>;
  readonly warn?: (line: string) => void;
  readonly maxJsonBytes?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly sessionId?: string;
}

/** A client of the platform at `url`, blind to the environment of the machine. */
export function testClient(url: string, options: TestClientOptions = {}): PlatformClient & AsyncDisposable {
  const { token = fixedToken(testToken, "test"), sessionId, ...rest } = options;
  const client = createClient({
    product: "client-test/1",
    env: {},
    ...rest,
    config: { apiUrl: new URL(url), token, projectId: undefined, sessionId },
    timeouts: { ...timeouts, ...options.timeouts },
  });
  return { ...client, [Symbol.asyncDispose]: () => client.close() };
}

/** The error that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => new Error("the call did not fail"),
    (error: unknown) => error,
  );
}
