import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Every SQLite file begins with this (https://www.sqlite.org/fileformat2.html, "The Database Header"). */
const magic = 'SQLite format 3\0';

/** What is wrong with a database file; undefined when nothing was found. */
type Damage = string | undefined;

/**
 * Looks for damage in an SQLite file: its header at once, then every page of it in a process of its own, because a
 * large file takes longer than a start may. `damage` is what was found within `patienceMs`, with 0 in the header alone;
 * `rest` what a check that is then still running finds later. A missing or empty file is as good as new.
 */
export async function checkSqliteFile(
  path: string,
  patienceMs: number,
): Promise<{ damage: Damage; rest: Promise<Damage>; stop(): void }> {
  const header = checkHeader(path);
  if (header !== 'a database') {
    const damage = header === 'empty' ? undefined : header;
    return { damage, rest: Promise.resolve(damage), stop: () => {} };
  }
  const { promise, child } = startCheck(path);
  const timer = new AbortController();
  const tooLong = new Promise<undefined>((resolve) => {
    if (patienceMs <= 0) return resolve(undefined);
    const timeout = setTimeout(resolve, patienceMs, undefined);
    timer.signal.addEventListener('abort', () => clearTimeout(timeout));
  });
  const damage = await Promise.race([promise, tooLong]);
  timer.abort();
  return { damage, rest: promise, stop: () => void child.kill('SIGKILL') };
}

function startCheck(path: string) {
  const script = fileURLToPath(new URL('./sqlite-check-child.ts', import.meta.url));
  const { promise, resolve } = Promise.withResolvers<Damage>();
  // Whatever else keeps it from checking (no permission, a lock) is told when the file is opened.
  const child = execFile(process.execPath, [script, path], (_error, stdout) => {
    const found = /^damage: (.*)$/m.exec(stdout)?.[1];
    resolve(found);
  });
  child.unref();
  return { promise, child };
}

function checkHeader(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return 'empty';
  }
  try {
    const head = Buffer.alloc(magic.length);
    const length = readSync(file, head);
    if (length === 0) return 'empty';
    return head.toString('latin1') === magic ? 'a database' : 'file is not a database';
  } catch {
    // A folder, for example: whoever opens it says so.
    return 'empty';
  } finally {
    closeSync(file);
  }
}
