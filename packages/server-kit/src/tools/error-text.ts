import { ClientError, type Endpoint, PlatformError } from "@platform-mcp/client";
import { sanitize } from "../untrusted/sanitize.ts";
import { quoteText } from "../untrusted/user-text.ts";
import { ArgumentError } from "./argument-error.ts";
import type { Tool } from "./tool.ts";
import { whereToLook } from "./where-to-look.ts";

/**
 * What an agent reads when a call failed: what failed, why, and what to do next.
 * Words of the platform's answer are quoted, since they can repeat what users wrote.
 */
export function errorText(error: unknown, tool: Tool): string {
  if (error instanceof ArgumentError) return `${tool.name} was not called: ${error.message}.`;
  if (error instanceof PlatformError) return answered(error, tool);
  if (error instanceof ClientError) return `${tool.name} failed: ${sanitize(error.message)}${afterwards(error)}`;
  // A defect of ours: its message may hold anything, so the host's log gets it and the model does not.
  process.stderr.write(`${tool.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return `${tool.name} failed: a defect in the tool itself, not in the call. Retrying will not help; go on without it.`;
}

function answered(error: PlatformError, tool: Tool): string {
  const lines = [
    `${tool.name} failed: ${error.status} ${quoteText(sanitize(error.serverMessage), 500)} (${error.method} ${error.path}).`,
    ...error.fields.map(({ path, message }) => `- ${path}: ${quoteText(sanitize(message), 300)}`),
    adviceFor(error, tool),
    error.requestId === undefined ? "" : `Request id: ${sanitize(error.requestId).slice(0, 100)}`,
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function adviceFor(error: PlatformError, tool: Tool): string {
  switch (error.status) {
    case 400:
    case 422:
      return "Correct the arguments and call again.";
    case 401:
      return "The platform does not accept this session's token: it has expired, was revoked, or is not meant for this platform. Retrying cannot help; somebody must provide a new token.";
    case 403:
      return forbidden(error, tool);
    case 404:
      return missing(error, tool);
    case 405:
    case 501:
      return "This platform does not offer this operation. Retrying cannot help.";
    case 409:
      return "Something with that identity or in that state is there already: look at what exists before you change it.";
    case 413:
      return "The request is too large: send less.";
    case 429:
      return `Too many requests${error.retryAfter === undefined ? "" : `; the platform asks to wait ${Math.ceil(error.retryAfter / 1000)} s`}. Wait, then call again.`;
    default:
      return afterwards(error).trim();
  }
}

function endpointOf(error: PlatformError, tool: Tool): Endpoint | undefined {
  return tool.uses.find(({ method, path }) => method === error.method && path === error.path);
}

function forbidden(error: PlatformError, tool: Tool): string {
  const permission = error.permission ?? endpointOf(error, tool)?.permission;
  const where = endpointOf(error, tool)?.scope === "global" ? "on the whole platform" : "on this project";
  const grants = "an administrator or the project's owner can grant it (to the user and within the token's scopes)";
  if (permission === undefined || permission === "authenticated" || permission === "public") {
    return "This session's token may not do this. Retrying cannot help; ask an administrator.";
  }
  return `This session lacks the permission ${permission} ${where}: ${grants}. Retrying cannot help.`;
}

function missing(error: PlatformError, tool: Tool): string {
  if (error.serverMessage === "not found") return "This platform does not offer this operation. Retrying cannot help.";
  const list = whereToLook(error.serverMessage);
  const look = list === undefined || list === tool.name ? "Check the arguments." : `${list} shows what exists.`;
  return `It does not exist, or this session may not see it. ${look}`;
}

function afterwards(error: ClientError): string {
  if (error.outcome === "unknown") {
    return " The outcome is unknown: the change may have been made. Look at the current state before you try again.";
  }
  return error.retryable ? " It may work if you try again in a while." : "";
}
