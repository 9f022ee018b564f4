import { fixedToken, type TokenSource } from "../config/token-source.ts";
import { ClientError } from "../errors/client-error.ts";
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

/** What a test asserts of an error: what kind it is, what is known, and the text that an agent reads. */
export function facts(error: unknown, url: string) {
  if (!(error instanceof ClientError)) throw error;
  const { name, outcome, retryable, message } = error;
  return { name, outcome, retryable, message: message.replaceAll(url, "URL") };
}

/** The whole of a streamed text. */
export async function collect(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}
