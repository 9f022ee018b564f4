process.stdin.once("data", (byte) => process.stdout.write(byte));
