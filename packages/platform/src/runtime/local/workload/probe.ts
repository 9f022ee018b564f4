import { request } from "node:http";

/** Where programs listen that are told a port: on all addresses, or on `localhost`, which may be either of these. */
const hosts = ["127.0.0.1", "::1"];

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
  const found = await Promise.all(hosts.map(async (host) => ({ host, ...(await ask(host, options)) })));
  const good = found.find(({ status }) => status !== undefined && status < 500);
  const { status, failure = "" } = found.find((one) => one.status !== undefined) ?? found[0] ?? {};
  return { host: good?.host, problem: status === undefined ? failure : `it answers with the status ${status}` };
}

interface Answer {
  readonly status?: number | undefined;
  readonly failure?: string;
}

/** Whatever it is that answers, no more than its status is waited for. */
function ask(hostname: string, { port, hostHeader, patience, signal }: ProbeOptions): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const headers = { host: hostHeader, "user-agent": "platform-health", accept: "*/*" };
  const until = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const asked = request({ hostname, port, headers, agent: false, signal: until });
  asked.once("response", (response) => {
    response.destroy();
    resolve({ status: response.statusCode });
  });
  asked.on("error", (error) => resolve({ failure: problemOf(error, patience) }));
  asked.end();
  return promise;
}

function problemOf(error: Error, patience: number): string {
  if ("code" in error && error.code === "ECONNREFUSED") {
    return "nothing listens on its port: it must listen on the one that PORT names";
  }
  return error.name === "AbortError"
    ? `it does not answer within ${patience / 1000} s`
    : `it does not answer as a web server does (${error.message})`;
}
