import { endpointOf, needs, type RowName } from "./expectations.ts";
import { readOutcome } from "./read-outcome.ts";
import type { Details, Scene } from "./requests.ts";

/** Makes the request of a row, and gives what came of it in the words of the expectations. */
export async function sendRequest(row: RowName, scene: Scene, details: Details): Promise<string> {
  const { params = {}, query = {}, body } = details;
  const [method = "", template = ""] = endpointOf(row).split(" ");
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "missing");
  const headers = new Headers();
  const { token, session } = scene.actor;
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (session !== undefined) headers.set("cookie", `session=${session}`);
  if (body !== undefined) headers.set("content-type", "application/json");
  const url = `${scene.world.platform.url}${path}?${new URLSearchParams(query)}`;
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const answer = { status: response.status, headers: response.headers, text: await response.text() };
  return readOutcome(answer, needs[row], scene.target);
}
