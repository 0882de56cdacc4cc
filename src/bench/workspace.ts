import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that everything generated lies in and that nothing outlives, and the processes working on it. */
export type Workspace = {
  dir: string;
  /** A fresh folder in it. */
  folder(name: string): string;
  /** Ends this process at the latest when the workspace goes. */
  track<T extends ChildProcess>(child: T): T;
  remove(): void;
};

/** Makes the workspace below `parent`; it is removed on Ctrl-C and on a failure too. */
export function createWorkspace(parent: string): Workspace {
  const dir = mkdtempSync(join(parent, 'linesight-bench-'));
  const children = new Set<ChildProcess>();
  let count = 0;
  let removed = false;

  function remove(): void {
    if (removed) return;
    removed = true;
    for (const child of children) child.kill('SIGKILL');
    // A process that was just killed may still write a last file.
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error('\nDeleting what was generated …');
      remove();
      process.exit(130);
    });
  }
  process.once('exit', remove);
  return {
    dir,
    folder: (name) => {
      const path = join(dir, `${name}-${++count}`);
      mkdirSync(path);
      return path;
    },
    track: (child) => {
      children.add(child);
      child.once('exit', () => children.delete(child));
      return child;
    },
    remove,
  };
}
