import type { Socket } from "node:net";
import type { buildConnector, Dispatcher } from "undici";
import { proxyProblems, readProxySettings } from "../config/proxy-environment.ts";
import type { Environment } from "../config/variable.ts";
import { ConfigError } from "../errors/config-error.ts";

/** What a request reports while it is under way. */
export interface RequestHooks {
  /** A connection is being made for this request. */
  readonly connecting: (socket: Socket) => void;
  /** The request is about to be written: from now on the platform may have received it. */
  readonly sending: () => void;
}

/** The HTTP library, with the proxies of the environment. */
export interface Transport {
  request(options: Dispatcher.RequestOptions, hooks: RequestHooks): Promise<Dispatcher.ResponseData>;
  /** Ends every connection, in use or idle. */
  close(): Promise<void>;
}

function reportSending(sending: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        sending();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}

/**
 * Loads the HTTP library and makes its connection pool. Only a first call does this: loading takes longer than all
 * else that a server does until it has listed its tools.
 * @param connectTimeout milliseconds
 * @throws ConfigError for proxy settings that cannot be used
 */
export async function openTransport(connectTimeout: number, env: Environment): Promise<Transport> {
  const problems = proxyProblems(env);
  if (problems.length > 0) throw new ConfigError(problems.join("; "));
  const [undici, net] = await Promise.all([import("undici"), import("node:net")]);
  const connector = undici.buildConnector({ timeout: connectTimeout, allowH2: false });
  let connecting: RequestHooks["connecting"] | undefined;
  const connect: buildConnector.connector = (options, callback) => {
    // The library's types do not say so, but the connector gives the socket, which is the only way to give up connecting.
    const socket: unknown = connector(options, callback);
    if (socket instanceof net.Socket) connecting?.(socket);
  };
  // Timeouts are the caller's: its timers see the phases that the library's do not, such as a proxy's tunnel.
  const agentOptions = { connect, connectTimeout, allowH2: false, headersTimeout: 0, bodyTimeout: 0 };
  const proxies = readProxySettings(env);
  const dispatcher: Dispatcher =
    proxies.httpProxy === "" && proxies.httpsProxy === ""
      ? new undici.Agent(agentOptions)
      : new undici.EnvHttpProxyAgent({ ...agentOptions, ...proxies });
  return {
    request(options, hooks) {
      // A request that needs a new connection asks for it before request() returns.
      connecting = hooks.connecting;
      try {
        return dispatcher.compose(reportSending(hooks.sending)).request(options);
      } finally {
        connecting = undefined;
      }
    },
    close: () => dispatcher.destroy(),
  };
}
