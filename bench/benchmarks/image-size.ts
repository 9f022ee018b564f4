import { join } from "node:path";
import { buildFrom } from "../../scripts/lib/image/base-images.ts";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { imageLayers, type Layer } from "../lib/image-layers.ts";
import { noRunnerImage, openRunnerImage } from "../lib/runner-image.ts";

const mebibyte = 1024 ** 2;
const claudeCode = "2.1.330";

/** What has to be pulled and kept for an agent's pod, layer by layer. */
export const imageSize: Benchmark = {
  name: "image-size",
  summary:
    "The runner's image and each of its layers, as they are stored and, compressed by gzip, as they are pulled; against Claude Code alone, installed by npm into the image that Node comes from. A layer that did not change is not pulled again: a new build of the servers changes the last ones only.",
  runs: 1,
  warmUp: 0,
  unavailable: noRunnerImage,
  prepare: () =>
    Disposables.open(async (opened) => {
      const image = opened.use(await openRunnerImage());
      const bare = "platform-bench/claude-code";
      const file = `FROM ${image.bases.node}\nRUN npm install --global --no-fund --no-audit @anthropic-ai/claude-code@${claudeCode} && rm -rf /root/.npm\n`;
      await buildFrom(image.engine, join(image.directory, "bare"), bare, file);
      const [plain, layers] = [await imageLayers(image, bare), await imageLayers(image, image.tag)];
      const contender = (name: string, counted: readonly Layer[]) => ({ name, run: async () => sizeOf(counted) });
      return {
        baseline: contender(`Claude Code on ${image.bases.node}`, plain),
        contenders: [
          contender("the runner's image", layers),
          ...layers.map((layer) => contender(`\`${layer.madeBy}\``, [layer])),
        ],
      };
    }),
};

function sizeOf(layers: readonly Layer[]): Sample {
  const sum = (size: (layer: Layer) => number) => layers.reduce((all, layer) => all + size(layer), 0) / mebibyte;
  return { MiB: sum(({ bytes }) => bytes), "compressed MiB": sum(({ compressedBytes }) => compressedBytes) };
}
