import { auth, PlatformError, UnexpectedAnswerError } from "@platform-mcp/client";
import { AdvisedError } from "./advised-error.ts";
import type { Api } from "./tool.ts";

/** What is said of it. */
export const notOffered = "This platform does not offer this operation. Retrying cannot help.";

/**
 * Whether a call failed because this platform has no such endpoint. Some say so; some answer with the page that they
 * show to browsers, as does a login page or a proxy: then an endpoint that every platform has tells which it is.
 */
export async function isMissingEndpoint(error: unknown, api: Api): Promise<boolean> {
  if (error instanceof PlatformError) {
    return (
      error.status === 405 || error.status === 501 || (error.status === 404 && /^not found$/i.test(error.serverMessage))
    );
  }
  if (!(error instanceof UnexpectedAnswerError && error.webPage)) return false;
  return await api.call(auth.getMe, {}).then(
    () => true,
    () => false,
  );
}

/** What a call answers, or undefined where this platform has no such endpoint. @throws what else the call throws */
export async function ifOffered<Answer>(api: Api, answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (await isMissingEndpoint(error, api)) return undefined;
    throw error;
  }
}

/** The error with the words for a missing endpoint, where it is one and does not say so itself. */
export async function explained(error: unknown, api: Api): Promise<unknown> {
  if (!(error instanceof UnexpectedAnswerError)) return error;
  return (await isMissingEndpoint(error, api)) ? new AdvisedError(error, notOffered) : error;
}
