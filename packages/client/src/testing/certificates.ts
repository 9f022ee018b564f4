import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** True where there is an `openssl` to make certificates with; Node itself can sign none. */
export const canMakeCertificates = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

export interface PrivateCa {
  /** The file of the CA's certificate. */
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

/** Makes a CA of its own in a directory, and a certificate that it signed for `platform.test` and loopback. */
export function makePrivateCa(directory: string): PrivateCa {
  const file = (name: string) => join(directory, name);
  // An empty configuration, so that the machine's own does not matter.
  writeFileSync(file("openssl.cnf"), "[req]\ndistinguished_name=dn\n[dn]\n");
  writeFileSync(file("leaf.ext"), "subjectAltName=DNS:platform.test,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, {
      stdio: "pipe",
      env: { PATH: process.env.PATH, OPENSSL_CONF: file("openssl.cnf") },
    });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const caFile = file("ca.pem");
  const ca = ["-subj", "/CN=Test CA", "-addext", "basicConstraints=critical,CA:TRUE", "-days", "2"];
  openssl("req", "-x509", ...newKey, ...ca, "-keyout", file("ca.key"), "-out", caFile);
  openssl("req", ...newKey, "-subj", "/CN=platform.test", "-keyout", file("leaf.key"), "-out", file("leaf.csr"));
  const signing = [
    "-CA",
    caFile,
    "-CAkey",
    file("ca.key"),
    "-CAcreateserial",
    "-extfile",
    file("leaf.ext"),
    "-days",
    "2",
  ];
  openssl("x509", "-req", "-in", file("leaf.csr"), ...signing, "-out", file("leaf.pem"));
  return { caFile, key: readFileSync(file("leaf.key"), "utf8"), cert: readFileSync(file("leaf.pem"), "utf8") };
}
