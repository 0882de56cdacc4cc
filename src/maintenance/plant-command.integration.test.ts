import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteDb } from '../schema/db.ts';

const script = fileURLToPath(new URL('./db.ts', import.meta.url));

function createPlant() {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-plant-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'data.sqlite');
  const env = { ...process.env, DB_PATH: path, WATCH_DIR: join(folder, 'watch') };
  const run = (...words: string[]) =>
    new Promise<{ code: number; said: string }>((resolve) => {
      execFile(process.execPath, [script, 'plant', ...words], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? 1 : 0, said: stdout + stderr }),
      );
    });
  const file = join(folder, 'plant.json');
  return { path, file, run, write: (content: unknown) => writeFileSync(file, JSON.stringify(content)) };
}

test('a plant file is shown first, then applied beside an open database, and its export changes nothing', async () => {
  const { path, file, run, write } = createPlant();
  const db = openSqliteDb(path);
  onTestFinished(() => db.close());
  write({
    version: 1,
    lines: [{ name: 'Line 1' }],
    stations: [{ name: 'S4', line: 'Line 1' }],
    workers: [{ code: 'W1', name: 'Alice' }],
  });
  const shown = await run('import', file);
  expect(shown).toEqual({ code: 0, said: expect.stringContaining('4 changes. Nothing is changed yet') });
  expect(shown.said).toContain('+ lines "Line 1"\n+ stations "S4"\n~ stations "S4": line – → Line 1\n');
  expect(await db.read.select().from(db.tables.workers)).toEqual([]);

  expect((await run('import', file, '--yes')).said).toContain('4 changes made.');
  expect(await db.read.select().from(db.tables.workers)).toMatchObject([{ code: 'W1', name: 'Alice' }]);
  expect(await db.read.select().from(db.tables.auditEntries)).toMatchObject([
    { action: 'plant.import', target: file },
  ]);

  expect(await run('export', file)).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, lines: [{ name: 'Line 1' }] });
  expect((await run('import', file, '--replace', '--yes')).said).toBe(
    'The plant is as the file says: nothing changes.\n',
  );
  const [audited] = [await db.read.select().from(db.tables.auditEntries)];
  expect(audited).toHaveLength(1);
});

test('a hostile file is refused with what is wrong, and changes nothing', async () => {
  const { path, file, run, write } = createPlant();
  const db = openSqliteDb(path);
  onTestFinished(() => db.close());
  write({ version: 1, workers: [{ code: 'W1' }], stations: [{ name: 'S4', line: 'Line 7' }] });
  expect(await run('import', file, '--yes')).toEqual({
    code: 1,
    said: expect.stringContaining('stations[0].line "Line 7" is no line of this plant'),
  });
  writeFileSync(file, `${'['.repeat(1_000_000)}`);
  expect(await run('import', file, '--yes')).toEqual({
    code: 1,
    said: expect.stringContaining('The file is not JSON'),
  });
  writeFileSync(file, '{');
  truncateSync(file, 50_000_000);
  expect(await run('import', file, '--yes')).toEqual({
    code: 1,
    said: expect.stringContaining('has 50 MB; a plant file has at most 4 MB'),
  });
  expect(await run('import', `${file}.none`)).toEqual({
    code: 1,
    said: expect.stringContaining('There is no file'),
  });
  expect(await db.read.select().from(db.tables.workers)).toEqual([]);
});
