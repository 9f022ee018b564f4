import { configDefaults, defineConfig } from "vitest/config";

/** What takes minutes, such as backups of a busy platform, has its own command: `pnpm test:long`. */
const exclude = process.env.LONG_TESTS ? configDefaults.exclude : [...configDefaults.exclude, "**/*.long.test.ts"];

/** They need the image that `pnpm test:image` builds. */
const imageTests = "e2e/image/**/*.test.ts";

/** They need the cluster that `pnpm test:cluster` raises or is given. */
const clusterTests = ["e2e/cluster/**/*.test.ts", "packages/platform/src/**/*.cluster.test.ts"];

export default defineConfig({
  test: {
    // Most tests wait for processes, disks and sockets rather than compute.
    maxWorkers: 4,
    globalSetup: "scripts/lib/test/run-directory.ts",
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
          exclude: [...exclude, ...clusterTests],
          // A worker loads the platform once and not for each file: that took a fifth of the time. Quick tests change
          // nothing of their process that outlives them; of what takes minutes, some changes it for a file.
          isolate: process.env.LONG_TESTS !== undefined,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      ...(process.env.IMAGE
        ? [{ test: { name: "image", include: [imageTests], testTimeout: 120_000, hookTimeout: 240_000 } }]
        : []),
      ...(process.env.CLUSTER_HOST
        ? [{ test: { name: "cluster", include: clusterTests, exclude, testTimeout: 180_000, hookTimeout: 180_000 } }]
        : []),
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: [...exclude, imageTests, ...clusterTests],
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
