import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some tests start for real, each with the names it goes by. */
const names = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  // The same Chromium without windows takes half the processor time; tests look at pages, not at windows.
  'chromium-headless-shell': ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
  'redis-server': ['redis-server'],
  postgres: ['postgres'],
  mariadbd: ['mariadbd', 'mysqld'],
  python3: ['python3'],
} as const;

export type Service = keyof typeof names;

/** Where to look: the search path of `env`, then folders that are seldom in it. */
type Machine = { env: Record<string, string | undefined>; folders: readonly string[] };

const thisMachine: Machine = {
  env: process.env,
  folders: ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/usr/lib/postgresql/*/bin'],
};

/**
 * Where a program is, for `test.skipIf(redis.missing)(…)`. `path` is empty when it is missing. A machine that must run
 * every test sets REQUIRE_SERVICES=1: then a missing program throws, so that nothing is passed over in silence.
 */
export function requireOrSkip(
  service: Service,
  machine: Machine = thisMachine,
): { path: string; missing: boolean } {
  const path = findService(service, machine);
  if (path !== undefined) return { path, missing: false };
  if (machine.env.REQUIRE_SERVICES === '1') {
    throw new Error(`${service} is not installed, and REQUIRE_SERVICES=1 asks for it`);
  }
  console.warn(`${service} is not installed: the tests that need it are skipped`);
  return { path: '', missing: true };
}

function findService(service: Service, machine: Machine): string | undefined {
  const searchPath = (machine.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...searchPath, ...machine.folders.flatMap((folder) => globSync(folder).sort())];
  return folders.flatMap((folder) => names[service].map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
