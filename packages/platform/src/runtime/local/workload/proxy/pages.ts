import type { IncomingMessage } from "node:http";

/** What this proxy itself answers. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** Seconds after which it is worth asking again. */
  readonly retryAfter?: number;
}

export const pages = {
  badRequest: {
    status: 400,
    title: "This request cannot be handed on",
    text: "Its address, host or length is said twice, or in a way that two programs could take for two things.",
  },
  unknown: {
    status: 404,
    title: "There is nothing at this address",
    text: "No deployment or preview has this host name. It may have been merged, stopped or expired. The platform's API says which there are, and where.",
  },
  starting: {
    status: 503,
    title: "This is being started",
    text: "It has not answered yet. The platform's API says how it is; this page asks again by itself.",
    retryAfter: 2,
  },
  down: {
    status: 503,
    title: "This does not run",
    text: "It was stopped, or could not be started. The platform's API says why, with the last lines of its log.",
    retryAfter: 30,
  },
  broken: {
    status: 502,
    title: "No answer came",
    text: "It runs, but has closed the connection or answered with something that is no HTTP. Its log may say why.",
  },
} as const satisfies Record<string, Page>;

/** A page as headers and a body, in HTML for who asks for that. */
export function render({ status, title, text, retryAfter }: Page, { headers }: IncomingMessage) {
  const isHtml = headers.accept?.includes("text/html") === true;
  const refresh =
    retryAfter !== undefined && retryAfter < 10 ? `<meta http-equiv="refresh" content="${retryAfter}">` : "";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8">${refresh}<title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`;
  const body = isHtml ? html : `${title}\n\n${text}\n`;
  return {
    status,
    body,
    headers: {
      "Content-Type": `text/${isHtml ? "html" : "plain"}; charset=utf-8`,
      "Content-Length": String(Buffer.byteLength(body)),
      "Cache-Control": "no-store",
      ...(retryAfter !== undefined && { "Retry-After": String(retryAfter) }),
    },
  };
}
