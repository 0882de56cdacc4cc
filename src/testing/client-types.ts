/** `node src/testing/client-types.ts` writes the types of the TypeScript client, which are served beside it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'src/client/edge/linesight.ts');
const compilerOptions = [
  '--ignoreConfig',
  '--declaration',
  '--emitDeclarationOnly',
  '--stripInternal',
  ...['--target', 'esnext', '--module', 'nodenext', '--types', 'node'],
];

/** The file of types that is kept with the sources. */
export const clientTypesFile = join(root, 'src/client/edge/linesight.d.ts');

/** Hands a file with the types of the client as it is now to `use`. */
function withClientTypes<T>(use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-types-'));
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), [...compilerOptions, '--outDir', folder, source], {
      cwd: root,
    });
    return use(join(folder, 'linesight.d.ts'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Their text. */
export function readClientTypes(): string {
  return withClientTypes((path) => readFileSync(path, 'utf8'));
}

if (import.meta.main) withClientTypes((path) => copyFileSync(path, clientTypesFile));
