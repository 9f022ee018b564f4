import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { text as readAll } from "node:stream/consumers";
import type { CoreV1Api, Observable, ObservableMiddleware } from "@kubernetes/client-node";
import { UserError } from "../../user-error.ts";
import { answerError, kubeErrorOf } from "./kube-error.ts";

/** Milliseconds until an answer must have begun, and a short one must be there. */
const patience = 30_000;

/** Where the library supposes an API server when nothing names one. */
const libraryGuess = "http://localhost:8080";

/** How a WebSocket or request is opened that the typed client has no way for. */
export interface Connection {
  readonly url: URL;
  /** Credentials and certificates, as `https.request` and `ws` take them. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type Query = Readonly<Record<string, string | readonly string[]>>;

/** What is asked of any path of the API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  /** What the body is, where that matters: how it changes what is there. */
  readonly contentType?: string;
  /** In which form the answer is wanted; JSON of all of it. */
  readonly accept?: string;
}

interface SendOptions {
  /** Ends it, and its answer. */
  readonly ending: AbortSignal;
  /** What keeps connections; undefined for one of its own. */
  readonly agent?: HttpAgent | undefined;
}

/** The API server of a cluster, and the namespace in which the platform runs steps and agents. */
export interface KubeClient {
  readonly namespace: string;
  /**
   * Calls the typed API. The call ends after 30 seconds, or with the signal.
   * @throws KubeError, and the signal's reason
   */
  call<T>(work: (core: CoreV1Api, options: CallOptions) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Opens an answer that goes on for as long as it likes, such as a log that is followed or a watch.
   * @throws KubeError, and the signal's reason
   */
  open(path: string, query: Query, signal: AbortSignal, accept?: string): Promise<IncomingMessage>;
  /**
   * Asks for what the typed API has no way for, and gives the text of the answer. Ends like `call`.
   * @throws KubeError, and the signal's reason
   */
  request(request: ApiRequest, signal?: AbortSignal): Promise<string>;
  connection(path: string, query: Query): Promise<Connection>;
}

/** What a typed call takes as its last argument. */
export type CallOptions = NonNullable<Parameters<CoreV1Api["readNamespacedPod"]>[1]>;

/**
 * A client for the cluster that `KUBECONFIG`, `~/.kube/config` or the pod's own service account names. Its library is
 * loaded here and nowhere else: it takes half a second and 90 MB.
 *
 * @throws UserError when no cluster is configured
 */
export async function openKubeClient({ namespace }: { readonly namespace: string }): Promise<KubeClient> {
  const library = await import("@kubernetes/client-node");
  const config = new library.KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`the kubeconfig cannot be read: ${why}`);
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === libraryGuess) {
    throw new UserError("no cluster is configured: set KUBECONFIG, or run the platform in the cluster");
  }
  const core = config.makeApiClient(library.CoreV1Api);
  const observed = <T>(value: T) => new library.Observable(Promise.resolve(value));

  const connection = async (path: string, query: Query): Promise<Connection> => {
    const url = new URL(server.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries(query)) {
      for (const each of typeof value === "string" ? [value] : value) url.searchParams.append(name, each);
    }
    const options = {};
    await config.applyToHTTPSOptions(options);
    return { url, options };
  };

  // Many short requests one after the other: each would else begin with a handshake.
  const kept = new (server.startsWith("https:") ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const isProxied = config.getCurrentCluster()?.proxyUrl !== undefined;

  /** Resolves with an answer that has begun, and is a good one. */
  const send = async (request: ApiRequest, { ending, agent }: SendOptions): Promise<IncomingMessage> => {
    const { method, path, query = {}, body, contentType = "application/json", accept = "application/json" } = request;
    const { url, options } = await connection(path, query);
    ending.throwIfAborted();
    const given = typeof options.headers === "object" ? options.headers : {};
    const content = body && Buffer.from(JSON.stringify(body));
    // Without its length, the content of a DELETE would be taken for the next request.
    const about = content && { "content-type": contentType, "content-length": content.length };
    const headers = { ...given, accept, ...about };
    const open = url.protocol === "https:" ? requestHttps : requestHttp;
    const sent = open(url, { ...options, ...(agent && { agent }), method, headers, signal: ending });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on("response", resolve).on("error", reject);
      // A connection whose other end has vanished must not be waited for until eternity.
      sent.on("socket", (socket) => socket.setKeepAlive(true, 15_000));
      sent.end(content);
    });
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    throw answerError(statusCode, await readAll(answer));
  };

  return {
    namespace,
    connection,
    async call(work, signal) {
      const timeout = AbortSignal.timeout(patience);
      const ending = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
      try {
        return await work(core, endingWith(ending, observed));
      } catch (error) {
        signal?.throwIfAborted();
        throw kubeErrorOf(timeout.aborted ? new Error("it does not answer") : error);
      }
    },
    async open(path, query, signal, accept) {
      const timeout = new AbortController();
      const timer = setTimeout(() => timeout.abort(), patience);
      try {
        const request = { method: "GET", path, query, ...(accept && { accept }) } as const;
        return await send(request, { ending: AbortSignal.any([signal, timeout.signal]) });
      } catch (error) {
        signal.throwIfAborted();
        throw kubeErrorOf(timeout.signal.aborted ? new Error("it does not answer") : error);
      } finally {
        clearTimeout(timer);
      }
    },
    async request(request, signal) {
      const timeout = AbortSignal.timeout(patience);
      try {
        const ending = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
        return await readAll(await send(request, { ending, agent: isProxied ? undefined : kept }));
      } catch (error) {
        signal?.throwIfAborted();
        throw kubeErrorOf(timeout.aborted ? new Error("it does not answer") : error);
      }
    },
  };
}

/** The typed client's way of saying that a request ends with a signal. */
function endingWith(signal: AbortSignal, observed: <T>(value: T) => Observable<T>): CallOptions {
  const middleware: ObservableMiddleware = {
    pre: (context) => {
      context.setSignal(signal);
      return observed(context);
    },
    post: (response) => observed(response),
  };
  return { middleware: [middleware], middlewareMergeStrategy: "append" };
}
