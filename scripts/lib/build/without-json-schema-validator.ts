import type { Plugin } from "esbuild";

const stub = `
export { default as process } from "node:process";
export const CORS_IS_POSSIBLE = false;
export class DefaultJsonSchemaValidator {
  getValidator() {
    throw new Error("this build has no JSON Schema validator: pass one to the SDK, or bundle its own");
  }
}
`;

/**
 * Leaves the SDK's default JSON Schema validator out: 150 KB and 10 ms of start-up that check what persons fill
 * into forms and schemas given as JSON; the only form here has no fields. Whoever comes to need it is told by the error above.
 */
export const withoutJsonSchemaValidator: Plugin = {
  name: "without-json-schema-validator",
  setup({ onResolve, onLoad }) {
    const namespace = "no-json-schema-validator";
    onResolve({ filter: /^@modelcontextprotocol\/(server|client)\/_shims$/ }, () => ({ path: "stub.mjs", namespace }));
    onLoad({ filter: /.*/, namespace }, () => ({ contents: stub, loader: "js" }));
  },
};
