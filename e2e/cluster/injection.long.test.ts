import { describe } from "vitest";
import { injectionSuite } from "../injection/suite.ts";
import { startClusterPlatform } from "./lib/cluster-platform.ts";

const image = process.env.CLUSTER_STAND_IN_IMAGE;

describe.skipIf(!image)("in pods", () => {
  injectionSuite(() => startClusterPlatform({ PLATFORM_AGENT_IMAGE: image ?? "" }));
});
