import { ClientError } from "../errors/client-error.ts";
import { NetworkError } from "../errors/network-error.ts";
import { UnexpectedAnswerError } from "../errors/unexpected-answer-error.ts";
import { type CallContext, callName, isRead } from "./call-context.ts";
import { aborted, aftermathAt, outcomeAt, type Progress, timedOut } from "./phase-failures.ts";

const certificateCode = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_CERT)/;
const tlsCode = /^(EPROTO|ERR_SSL_|ERR_TLS_)/;

/** Why there is no connection, and whether trying again may help. */
function explain(code: string, message: string): { readonly why: string; readonly temporary: boolean } {
  switch (code) {
    case "ECONNREFUSED":
      return { why: "connection refused. Is the platform running, and PLATFORM_API_URL right?", temporary: true };
    case "ENOTFOUND":
      return { why: "the host name is unknown. Is PLATFORM_API_URL right?", temporary: true };
    case "EAI_AGAIN":
      return { why: "the host name cannot be looked up.", temporary: true };
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
    case "UND_ERR_PRX_CONN":
      return { why: "the connection was closed while it was being made.", temporary: true };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return { why: "there is no route to it.", temporary: true };
  }
  if (certificateCode.test(code)) {
    const why = `its certificate is not trusted (${code}). For a private CA set NODE_EXTRA_CA_CERTS to its file.`;
    return { why, temporary: false };
  }
  if (tlsCode.test(code)) {
    return { why: `TLS failed (${code}). Is it https in PLATFORM_API_URL that should be http?`, temporary: false };
  }
  const proxyStatus = /\((\d{3})\)/.exec(message)?.[1];
  if (proxyStatus === "407") return { why: "the proxy wants a user and password (407).", temporary: false };
  if (proxyStatus !== undefined) return { why: `the proxy refused the connection (${proxyStatus}).`, temporary: false };
  return { why: `${code === "" ? "connecting failed" : code}.`, temporary: false };
}

/** A forwarding proxy refuses with an answer, which the library reports as a bad argument. */
function isProxyRefusal(code: string): boolean {
  return code === "UND_ERR_INVALID_ARG";
}

/** Turns what the HTTP library threw during a request into the error that the caller gets. */
export function connectionFailure(
  error: unknown,
  context: CallContext,
  progress: Progress,
  connectTimeout: number,
): ClientError {
  if (error instanceof ClientError) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const message = error instanceof Error ? error.message : "";
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") return aborted(context, progress, "close");
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") return timedOut(context, progress, connectTimeout);

  // A request that stopped at the proxy has not reached the platform.
  const reached: Progress = isProxyRefusal(code) ? { phase: "connect", status: undefined } : progress;
  const { phase } = reached;
  const call = { method: context.method, path: context.path, outcome: outcomeAt(context, reached) };
  const end = aftermathAt(context, reached);
  if (phase === "connect") {
    const harmless = call.outcome === "not_sent" || isRead(context);
    const { why, temporary } = explain(code, message);
    const text = `${callName(context)}: cannot connect to ${context.origin}: ${why}${end}`;
    return new NetworkError(text, { ...call, retryable: temporary && harmless, phase, code: code || undefined });
  }
  const garbled = (error instanceof Error && error.name === "HTTPParserError") || code === "UND_ERR_HEADERS_OVERFLOW";
  if (phase === "headers" && garbled) {
    const what = `what answers at ${context.origin} does not speak HTTP as it should. Is PLATFORM_API_URL right?`;
    return new UnexpectedAnswerError(`${callName(context)}: ${what}${end}`, {
      ...call,
      retryable: false,
      status: undefined,
    });
  }
  const where = phase === "headers" ? "before an answer came" : "in the middle of the answer";
  const text = `${callName(context)}: the connection broke ${where}.${end}`;
  return new NetworkError(text, { ...call, retryable: isRead(context), phase, code: code || undefined });
}
