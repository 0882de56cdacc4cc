/** The oldest major version of Node.js that runs TypeScript sources as they are and carries all this product uses. */
const neededMajor = 24;

/**
 * One line for users whose Node.js is too old; null if it is new enough. Kept in plain, old
 * JavaScript: it must load where the rest of the product cannot.
 * @param {string} version as `process.versions.node` says it
 * @returns {string | null}
 */
export function describeNodeProblem(version) {
  if (Number(version.split('.')[0]) >= neededMajor) return null;
  return (
    'Linesight needs Node.js ' +
    neededMajor +
    ' or newer, and this is ' +
    version +
    '. ' +
    'Get it from https://nodejs.org/en/download, or use the Docker image; on Linux x64 "npm ci && npm start" brings its own.'
  );
}
