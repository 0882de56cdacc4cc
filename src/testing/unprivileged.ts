import { execFileSync } from 'node:child_process';

/** The user `nobody`, to whom file permissions apply, unlike root. */
const nobody = 65_534;

/**
 * Root may read every file, so that what a user may not read cannot be tried by it. From now on this process, with all
 * its threads, acts as an ordinary user who owns `folder`; until it is disposed of. An ordinary user stays who it is.
 */
export function actUnprivileged(folder: string): Disposable {
  if (process.geteuid?.() !== 0) return { [Symbol.dispose]: () => {} };
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, folder]);
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  return {
    [Symbol.dispose]: () => {
      process.seteuid?.(0);
      process.setegid?.(0);
    },
  };
}
