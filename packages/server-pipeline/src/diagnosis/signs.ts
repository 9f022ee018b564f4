/** A kind of line that tells why commands failed. */
export interface Sign {
  readonly pattern: RegExp;
  /**
   * How much it tells: 3 is a failed assertion, a compiler's error, or an exception; 2 a message that something failed; 1
   * a word that often stands near one.
   */
  readonly weight: 1 | 2 | 3;
  /** Lines before it that belong to it. */
  readonly before: number;
  /** Lines after it that belong to it, at most. */
  readonly after: number;
  /** Its last line, if it can be told. */
  readonly last?: RegExp;
}

const sign = (weight: Sign["weight"], pattern: RegExp, before: number, after: number, last?: RegExp): Sign => ({
  weight,
  pattern,
  before,
  after,
  ...(last && { last }),
});

/** The signs of the usual tools, the most telling first: a line is of the first kind that it matches. */
const signs: readonly Sign[] = [
  // Test runners.
  sign(3, /^E {2,}\S/, 4, 3), // pytest: the assertion
  sign(3, /^FAILED \S+::/, 0, 0), // pytest: the summary
  sign(3, /^\s*not ok \d+(?!.*# (?:TODO|SKIP))/i, 0, 14), // TAP
  sign(3, /^\s*(?:[\w.]*Assertion\w*Error|AssertionFailedError)\b/, 2, 12), // node --test, vitest, Python, JUnit
  sign(3, /^test at \S+:\d+:\d+$/, 0, 2), // node --test: where
  sign(3, /^\s*● (?!Console)/, 0, 18), // jest
  sign(3, /^\s*FAIL {1,2}\S+\.\w+(?: >.*)?$/, 0, 2), // jest, vitest
  sign(3, /^\s*--- FAIL: /, 2, 4), // go test
  sign(3, /^\s+\w+_test\.go:\d+: /, 1, 3), // go test: what it says
  sign(3, /^thread '.*' .*panicked at |^assertion .*failed/, 0, 5), // Rust
  // Compilers and checkers.
  sign(3, /^error\[\w+\]: /, 0, 9), // rustc
  sign(3, /\berror TS\d+: /, 0, 1), // tsc
  sign(3, /^\S+:\d+(?::\d+)?:? (?:fatal )?error\b/, 0, 3), // gcc, clang, swift, tsc --pretty
  sign(3, /^\.{0,2}\/?\S+\.go:\d+:\d+: /, 0, 0), // go build, go vet
  sign(3, /^\s+\d+:\d+\s+error\s/, 4, 0), // eslint
  // Exceptions that nobody caught.
  sign(3, /^Traceback \(most recent call last\):/, 0, 24, /^\S/), // Python
  sign(3, /^panic: |^fatal error: /, 0, 9), // Go
  sign(3, /^(?:Uncaught |Exception in thread .*|Caused by: )?[\w.$]*(?:Error|Exception)(?: \[\w+\])?(?::|$)/, 3, 6),
  // What shells, build tools and the system say.
  sign(2, /^\s*[✖×✗✘] |^test \S+ \.\.\. FAILED/, 0, 1),
  sign(2, /\berror\b\s*[:\]]|^fatal: |\bnpm (?:ERR!|error)|^make(?:\[\d+\])?: \*\*\*/i, 0, 2),
  sign(2, /: (?:command )?not found$|No such file or directory|Permission denied|Segmentation fault/i, 1, 1),
  sign(2, /\b(?:Killed|ENOSPC|ENOMEM|ECONNREFUSED|ETIMEDOUT|out of memory|OOMKilled)\b/i, 1, 1),
  sign(1, /\b(?:fail(?:ed|ure|ures)?|exception|fatal|cannot|could not|unable to|denied|refused|timed? ?out)\b/i, 0, 0),
];

/** Most lines match none of the signs, and this is what they are spared. */
const anySign =
  /^E {2}|^test at |error|fail|not ok|assert|● |✖|×|✗|✘|panic|_test\.go|\.go:\d|Traceback|exception|\*\*\*|not found|no such file|denied|fault|killed|ENO|ECONN|ETIMED|memory|fatal|cannot|could not|unable|refused|time/i;

/** Lines that speak of errors where there are none: tests that passed, counts of nothing. */
const harmless =
  /^\s*(?:✓|✔|√|ok \d|--- PASS|PASS\b)|\b(?:0|no) (?:errors?|fail\w*|problems?|warnings?)\b|\b(?:fail\w*|errors?)[:= ]+0\b|\.\.\. ok$/i;

/** What a line tells; undefined for the most. */
export function signIn(line: string): Sign | undefined {
  if (!anySign.test(line) || harmless.test(line)) return undefined;
  return signs.find(({ pattern }) => pattern.test(line));
}

/** A frame of a stack within the runtime or a library: it tells nothing that the frames around it do not. */
export function isForeignFrame(line: string): boolean {
  return /^\s*at .*(?:\(node:|node_modules\/|\/rustc\/|org\.junit\.)/.test(line);
}
