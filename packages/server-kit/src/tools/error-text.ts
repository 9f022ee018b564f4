import { ClientError, ConfigError, type Endpoint, PlatformError } from "@platform-mcp/client";
import { NotConfirmedError } from "../confirm/not-confirmed-error.ts";
import { sanitize } from "../untrusted/sanitize.ts";
import { quoteText } from "../untrusted/user-text.ts";
import { AdvisedError } from "./advised-error.ts";
import { ArgumentError } from "./argument-error.ts";
import { notOffered } from "./missing-endpoint.ts";
import type { Tool } from "./tool.ts";
import { whereToLook } from "./where-to-look.ts";

/** Problems with single values that one text names. */
const shownFields = 10;

/**
 * What an agent reads when a call failed: what failed, why, and what to do next.
 * Words of the platform's answer are quoted, since they can repeat what users wrote.
 * @param offered the tools of this server, to look further with
 * @param isOfAll whether the call was about all projects
 */
export function errorText(error: unknown, tool: Tool, offered: Iterable<Tool>, isOfAll = false): string {
  if (error instanceof ArgumentError) return `${tool.name} was not called: ${sanitize(error.message)}.`;
  if (error instanceof NotConfirmedError) return `${tool.name} did nothing: ${sanitize(error.message)}`;
  if (error instanceof AdvisedError) return advised(error, tool);
  if (error instanceof PlatformError) {
    const advice = error.status === 403 ? forbidden(error, tool, isOfAll) : adviceFor(error, tool, offered);
    return answered(error, tool, advice);
  }
  if (error instanceof ClientError) return `${tool.name} failed: ${sanitize(error.message)}${retryAdvice(error)}`;
  if (error instanceof ConfigError) {
    return `${tool.name} failed: this server is configured wrongly: ${sanitize(error.message)}. Retrying cannot help; tell the user.`;
  }
  // A defect: its message may hold anything, so the host's log gets it and the model does not.
  process.stderr.write(
    `${tool.name}: ${sanitize(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
  );
  return `${tool.name} failed: a defect in the tool, or an answer of the platform that it cannot read. Retrying cannot help; go on without it.`;
}

function advised({ cause, advice }: AdvisedError, tool: Tool): string {
  if (cause instanceof PlatformError) return answered(cause, tool, advice);
  return `${tool.name} failed (${cause.method} ${cause.path}).\n${advice}`;
}

function answered(error: PlatformError, tool: Tool, advice: string): string {
  const fields = error.fields.slice(0, shownFields);
  const lines = [
    `${tool.name} failed: ${error.status} ${quoteText(sanitize(error.serverMessage), 500)} (${error.method} ${error.path}).`,
    ...fields.map(({ path, message }) => `- ${quoteText(sanitize(path), 100)}: ${quoteText(sanitize(message), 300)}`),
    advice,
    error.requestId === "" ? "" : `Request id: ${sanitize(error.requestId).slice(0, 100)}`,
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function adviceFor(error: PlatformError, tool: Tool, offered: Iterable<Tool>): string {
  switch (error.status) {
    case 400:
    case 415:
    case 422:
      return "Correct the arguments and call again.";
    case 401:
      return "The platform does not accept this session's token: it has expired, was revoked, or is not meant for this platform. Retrying cannot help; somebody must provide a new token.";
    case 404:
      return missing(error, tool, offered);
    case 405:
    case 501:
      return notOffered;
    case 409:
      return conflict(error);
    case 413:
      return "The request is too large: send less.";
    case 429:
      return `Too many requests. ${waitAdvice(error)}`;
    default:
      return outcomeAdvice(error) || (error.status >= 500 ? serverFault : "");
  }
}

const serverFault =
  "The platform itself failed. Try once more; if it fails again, go on without it and report the request id.";

function endpointOf(error: PlatformError, tool: Tool): Endpoint | undefined {
  return tool.uses.find(({ method, path }) => method === error.method && path === error.path);
}

function forbidden(error: PlatformError, tool: Tool, isOfAll: boolean): string {
  // A refusal that is about no permission, which nobody could grant.
  if (error.permission === undefined && error.detail !== undefined) {
    return `${sanitize(error.detail)} Retrying cannot help.`;
  }
  const endpoint = endpointOf(error, tool);
  // What everybody may call for themselves, a tool that calls it for others has said what it needs for.
  const forOthers = endpoint?.permission === "authenticated" ? tool.needs?.[0] : undefined;
  const permission = error.permission ?? forOthers ?? endpoint?.permission;
  if (permission === undefined || permission === "authenticated" || permission === "public") {
    return "This session's token may not do this. Retrying cannot help; ask an administrator.";
  }
  const isGlobal = endpoint?.scope === "global" || (endpoint?.scope === "named" && isOfAll);
  const where = isGlobal ? "on the whole platform" : "on this project";
  const why = error.reason === undefined ? "" : ` (${sanitize(error.reason)})`;
  const who = error.grantedBy === undefined ? "an administrator" : sanitize(error.grantedBy);
  return `This session lacks the permission ${sanitize(permission)} ${where}${why}. Who can change that: ${who}. Retrying cannot help.`;
}

function missing(error: PlatformError, tool: Tool, offered: Iterable<Tool>): string {
  if (/^not found$/i.test(error.serverMessage)) return notOffered;
  const tools = whereToLook(error.serverMessage, tool, offered);
  const look = tools.length === 0 ? "Check the arguments." : `What exists: ${tools.join(", ")}.`;
  return `It does not exist, or this session may not see it. ${look}`;
}

function conflict(error: PlatformError): string {
  if (error.retryAfter !== undefined) return `The same request is still being carried out. ${waitAdvice(error)}`;
  return "What is there already stands in the way: look at it before you change anything.";
}

function waitAdvice({ retryAfter }: PlatformError): string {
  return retryAfter === undefined ? "Wait a little, then call again." : `Wait ${retryAfter} s, then call again.`;
}

/** What is left to say of an answer that leaves the outcome open, or will pass. */
function outcomeAdvice(error: PlatformError): string {
  if (error.outcome === "unknown") {
    return "The outcome is unknown: the change may have been made. Look at the current state before you try again.";
  }
  return error.retryable ? waitAdvice(error) : "";
}

/** The error's own words tell the outcome already. */
function retryAdvice({ retryable }: ClientError): string {
  return retryable ? " Try again in a while." : "";
}
