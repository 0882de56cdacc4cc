import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory, mounted where it was asked for. */
export type Mount = Disposable & { path: string };

/**
 * Whether this machine lets us mount. Where it does not, tests that need it are skipped, and say so; a machine that must
 * run every test (REQUIRE_SERVICES=1) and whose user may mount has no excuse.
 */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  if (isMounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  if (!isMounted) console.warn('This machine does not let us mount: the tests that need it are skipped');
  return isMounted;
}

export function mountMemory(path: string, size: string): Mount {
  mkdirSync(path, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path);
  return { path, [Symbol.dispose]: () => unmount(path) };
}

/** Shows one folder at another place as well, as a file system of its own. */
export function mountBind(from: string, path: string): void {
  run('mount', '--bind', from, path);
}

export function remountReadOnly(path: string): void {
  run('mount', '-o', 'remount,ro', path);
}

/** Takes it away even from those who use it, as a cable that is pulled does. */
export function unmount(path: string): void {
  spawnSync('umount', ['--lazy', path]);
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
