function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; pnpm test:cluster sets it`);
  return value;
}

/** This machine's address for what runs in the cluster's pods. */
export const hostAddress = given("CLUSTER_HOST");

/** The runner's image, of this work tree. */
export const runnerImage = given("CLUSTER_RUNNER_IMAGE");

/** An image that has Python, and nothing of the project's. */
export const pythonImage = given("CLUSTER_PYTHON_IMAGE");

/** The images of web servers, without their tags; undefined where deployments are not tried. */
export const webImage = process.env.CLUSTER_WEB_IMAGE || undefined;
