// What follows `output-at.ts` in the program that looks for a step's output: WORK-TREE TIME NAME...
import { outputAt } from "../../../output-at.ts";

const [tree = "", begun = "0", ...names] = process.argv.slice(1);
process.stdout.write(JSON.stringify((await outputAt(tree, names, BigInt(begun))) ?? null));
