import type { Environment } from "./variable.ts";

/** The proxy settings of the environment; empty means none. */
export interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/** Lower case wins, as in curl. */
function either(env: Environment, name: string): string {
  return env[name.toLowerCase()]?.trim() || env[name]?.trim() || "";
}

/** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case. */
export function readProxySettings(env: Environment): ProxySettings {
  return {
    httpProxy: either(env, "HTTP_PROXY"),
    httpsProxy: either(env, "HTTPS_PROXY"),
    noProxy: either(env, "NO_PROXY"),
  };
}

/** What is wrong with the proxy settings, one sentence a variable; the values may hold passwords and are not shown. */
export function proxyProblems(env: Environment): string[] {
  const { httpProxy, httpsProxy } = readProxySettings(env);
  return Object.entries({ HTTP_PROXY: httpProxy, HTTPS_PROXY: httpsProxy })
    .filter(([, value]) => value !== "" && !/^(https?|socks5?):$/.test(URL.parse(value)?.protocol ?? ""))
    .map(([name]) => `${name} must be the URL of a proxy, such as http://proxy.example:3128`);
}
