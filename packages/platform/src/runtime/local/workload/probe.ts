import { request } from "node:http";

/** Where programs listen that are told a port: on all addresses, or on `localhost`, which may be the second alone. */
const hosts = ["127.0.0.1", "::1"] as const;

export interface ProbeOptions {
  readonly port: number;
  /** The host, with a port, by which the web process is known. */
  readonly hostHeader: string;
  /** Milliseconds that an answer may take. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/** What came of asking for `/`. */
export interface Probe {
  /** The address at which it answers as it should: with any status below 500. */
  readonly host: string | undefined;
  /** What it answered otherwise, or how it failed. */
  readonly problem: string;
}

/** Asks a web process whether it is ready. Never throws. */
export async function probe(options: ProbeOptions): Promise<Probe> {
  for (const host of hosts) {
    const answer = await ask(host, options);
    if (typeof answer === "number") {
      return answer < 500
        ? { host, problem: "" }
        : { host: undefined, problem: `it answers with the status ${answer}` };
    }
    if (!isRefused(answer)) return { host: undefined, problem: problemOf(answer, options) };
  }
  return { host: undefined, problem: "nothing listens on its port: it must listen on the one that PORT names" };
}

/** Whatever it is that answers, no more than its status is waited for. */
function ask(hostname: string, { port, hostHeader, patience, signal }: ProbeOptions): Promise<number | Error> {
  const { promise, resolve } = Promise.withResolvers<number | Error>();
  const headers = { host: hostHeader, "user-agent": "platform-health", accept: "*/*" };
  const until = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const asked = request({ hostname, port, headers, agent: false, signal: until });
  asked.once("response", (response) => {
    response.destroy();
    resolve(response.statusCode ?? 0);
  });
  asked.on("error", resolve);
  // Neither an answer nor an error: it has gone over to another protocol, unasked.
  asked.once("close", () => resolve(new Error("it ended the conversation")));
  asked.end();
  return promise;
}

/** Also where there is no such address. */
function isRefused(error: Error): boolean {
  return "code" in error && (error.code === "ECONNREFUSED" || error.code === "EADDRNOTAVAIL");
}

function problemOf({ name, message }: Error, { patience }: ProbeOptions): string {
  return name === "AbortError"
    ? `it does not answer within ${patience / 1000} s`
    : `it does not answer as a web server does (${message})`;
}
