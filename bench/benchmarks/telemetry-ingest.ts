import { join } from "node:path";
import type { Benchmark } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { connections, Load } from "../lib/load.ts";
import { NodeProcess } from "../lib/node-process.ts";
import { startPlatformProcess, typescript } from "../lib/platform-process.ts";
import { spanBatches, spansAtOnce } from "../lib/span-batches.ts";

/** What it costs to store telemetry, beside reading it. */
export const telemetryIngest: Benchmark = {
  name: "telemetry-ingest",
  summary: `POST /v1/traces with ${spansAtOnce} spans of 50 new traces in protobuf, by ${connections} connections in slices of a second; every span is committed when it is answered. Against a bare HTTP server in a process of the same Node that decodes the same requests with protobufjs, and does nothing with them.`,
  runs: 20,
  warmUp: 3,
  prepare: () =>
    Disposables.open(async (opened) => {
      const nextBatch = spanBatches();
      const next = () => ({ method: "POST", path: "/v1/traces", body: nextBatch(), expected: "" }) as const;
      const contentType = { "content-type": "application/x-protobuf" };
      const platform = opened.use(await startPlatformProcess());
      const token = await platform.createToken(["observe:write"]);
      const bare = opened.use(new NodeProcess([...typescript, bareServer], { PATH: process.env.PATH ?? "" }));
      const url = (await bare.readTo("\n")).trim();
      const contender = (name: string, load: Load) => ({
        name,
        run: async () => ({ "spans/s": ((await load.run())["requests/s"] ?? 0) * spansAtOnce }),
      });
      const authorization = `Bearer ${token}`;
      return {
        baseline: contender("decoding alone", opened.use(new Load(url, contentType, next))),
        contenders: [
          contender("platform", opened.use(new Load(platform.url, { ...contentType, authorization }, next))),
        ],
      };
    }),
};

const bareServer = join(import.meta.dirname, "bare-otlp.ts");
