import { Problem } from "../../problem.ts";

/** The body of a request is not what its content type says. */
export class BrokenPayload extends Problem {
  constructor(encoding: "protobuf" | "JSON", reason: string) {
    super(400, `invalid ${encoding}: ${reason}`);
  }
}
