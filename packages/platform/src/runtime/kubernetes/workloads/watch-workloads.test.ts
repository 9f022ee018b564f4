import { expect, test, vi } from "vitest";
import { openKubeClient } from "../client.ts";
import { startFakeApiServer } from "../testing/fake-api-server.ts";
import { settings } from "./testing/workload-plan.ts";
import { watchWorkloads } from "./watch-workloads.ts";

test("a watch that the API server neither goes on with nor ends is begun anew", async () => {
  await using server = await startFakeApiServer();
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  server.handlers.unshift((_, response, url) => {
    if (url.searchParams.get("watch") !== "true") return false;
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    return true;
  });
  const client = await openKubeClient({ namespace: "here" });
  const stopping = new AbortController();
  const place = { client, installation: "installation-1", settings };
  const watching = watchWorkloads(place, () => {}, stopping.signal, { longest: 50 });
  await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(1), 10_000);
  stopping.abort();
  await watching;
});
