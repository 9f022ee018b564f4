import { expect, test } from "vitest";
import { WorkloadError, type WorkloadName } from "../runtime/workload.ts";
import { workloadLogs } from "./workload-logs.ts";

const name: WorkloadName = {
  ...{ workloadId: "1", projectId: "2", kind: "preview" },
  ...{ projectLabel: "shop", label: "next" },
};

test("logs are what the runtime says, as soon as there is one", async () => {
  let isThere = false;
  const logs = async ({ label }: WorkloadName, { tail, previous }: { tail: number; previous: boolean }) =>
    `${label} ${tail} ${previous}\n`;
  const read = workloadLogs(() => (isThere ? { logs } : undefined));
  await expect(read(name, { tail: 200, previous: false })).rejects.toMatchObject({ status: 503 });
  isThere = true;
  expect(await read(name, { tail: 5, previous: true })).toBe("next 5 true\n");
});

test("logs that cannot be had are refused with the reason", async () => {
  const logs = async () => {
    throw new WorkloadError("unreachable", "the cluster does not answer");
  };
  await expect(workloadLogs(() => ({ logs }))(name, { tail: 1, previous: false })).rejects.toMatchObject({
    ...{ status: 503, message: "the cluster does not answer" },
  });
});
