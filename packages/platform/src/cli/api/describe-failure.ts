import type { ClientError, PlatformError } from "@platform-mcp/client";
import { UserError } from "../../user-error.ts";

export interface Asked {
  /** Where the platform was asked. */
  readonly url: string;
  /** Where the credential comes from. */
  readonly credential: string;
}

/** What a failed call means to people at a terminal, and what they can do. */
export function describeFailure(error: ClientError, { url, credential }: Asked): UserError {
  if (isRefusal(error)) {
    const { status, detail, reason, permission } = error;
    if (status === 401) return new UserError(`the platform at ${url} does not know the token of ${credential}`);
    if (status === 403) {
      const missing = permission === undefined ? "" : `: ${permission} is missing`;
      return new UserError(`the token of ${credential} may not do this${missing}. ${detail ?? reason ?? ""}`.trim());
    }
    const fields = error.fields.map(({ path, message }) => `${path}: ${message}`).join("; ");
    return new UserError(fields === "" ? error.serverMessage : fields);
  }
  if (error.outcome === "not_sent") {
    return new UserError(`no platform answers at ${url}: is it running? Start it with platform start, or pnpm start`);
  }
  return new UserError(error.message);
}

function isRefusal(error: ClientError): error is PlatformError {
  return error.name === "PlatformError";
}
