import { afterAll, beforeAll } from "vitest";
import { SampleRepository } from "./sample-repository.ts";

/** A sample repository for the tests of a file or `describe`, made before them and removed after. */
export function useSample(fill: (sample: SampleRepository) => void = () => {}): SampleRepository {
  const sample = new SampleRepository();
  beforeAll(() => fill(sample));
  afterAll(() => sample.remove());
  return sample;
}
