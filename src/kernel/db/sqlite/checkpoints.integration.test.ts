import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSqliteDb } from '../../../schema/db.ts';
import { longLogBytes } from './checkpoints.ts';

const rowBytes = 2 * 1024 * 1024;

test('a long log is moved into the database during writes, and then restarts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'data.sqlite');
  const db = openSqliteDb(path);
  let written = 0;
  const write = () => {
    const name = `${written++}`.padEnd(rowBytes, '.');
    return db.tx((q) => q.insert(db.tables.parts).values({ name, createdAt: 0 }));
  };
  for (let i = 0; i < (longLogBytes / rowBytes) * 3; i++) await write();
  await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(longLogBytes), { timeout: 10_000 });
  await vi.waitFor(
    async () => {
      await write();
      expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(longLogBytes);
    },
    { timeout: 10_000 },
  );
  await db.close();
  const again = openSqliteDb(path);
  const names = await again.read.select({ name: again.tables.parts.name }).from(again.tables.parts);
  const numbers = names.map(({ name }) => Number.parseInt(name, 10)).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: written }, (_, i) => i));
  await again.close();
});
