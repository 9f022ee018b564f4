// The releases are wanted for their files, not to be run.
function readPackage(pkg) {
  if (pkg.name === "fixture-releases") return pkg;
  return { ...pkg, dependencies: {}, optionalDependencies: {}, peerDependencies: {} };
}

module.exports = { hooks: { readPackage } };
