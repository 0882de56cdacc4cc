import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first bytes of every SQLite file (https://www.sqlite.org/fileformat2.html, "The Database Header"). */
const magic = 'SQLite format 3\0';

/** What is wrong with a database file; undefined if nothing was found. */
type Damage = string | undefined;

/**
 * Checks an SQLite file for damage: its header at once, then every page in a child process, because a large file takes
 * longer than a start may. `damage` is what was found within `patienceMs`, for 0 only in the header; `rest` is what the
 * check finds after that. A missing or empty file is sound.
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
  // Any other obstacle (no permission, a lock) is reported when the file is opened.
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
    // A folder, for example: reported when the file is opened.
    return 'empty';
  } finally {
    closeSync(file);
  }
}
