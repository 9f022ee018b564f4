import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { TestPlatform } from "../lib/platform.ts";
import { engine, runContainer } from "./container.ts";

/** A volume for the time that it is used. */
export async function withVolume<T>(use: (volume: string) => Promise<T>): Promise<T> {
  const volume = `test-${randomUUID()}`;
  await engine(["volume", "create", volume]);
  try {
    return await use(volume);
  } finally {
    await engine(["volume", "rm", "--force", volume]);
  }
}

interface CloneOptions {
  readonly platform: TestPlatform;
  /** What is cloned, such as `admin/hello-web`. */
  readonly path: string;
  readonly token: string;
}

/** A volume with a clone of a project, made as a pod's first container makes it. */
export async function withClone<T>(
  { platform, path, token }: CloneOptions,
  use: (volume: string) => Promise<T>,
): Promise<T> {
  return await withVolume(async (volume) => {
    const url = `${platform.url.replace("//", "//admin@")}/${path}.git`;
    const helper = '!f() { echo "password=$PLATFORM_API_TOKEN"; }; f';
    const { code, stderr } = await runContainer(["-c", `credential.helper=${helper}`, "clone", "--quiet", url, "."], {
      entrypoint: "git",
      env: { PLATFORM_API_TOKEN: token },
      options: ["--volume", `${volume}:/workspace`],
    });
    expect(code, stderr).toBe(0);
    return await use(volume);
  });
}
