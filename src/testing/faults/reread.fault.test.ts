import { expect, test } from 'vitest';
import { isMissing } from '../database-servers.ts';
import { createServerDatabase } from '../databases.ts';
import { findBookFaults, listFiles } from './books.ts';
import { writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

/** Long enough that several kills meet it at work. */
const fileCount = 9_000;
const kills = 3;
const everything = 'start=2000-01-01T00:00&end=2100-01-01T00:00';
const startAt = Date.parse('2026-11-02T06:00:00Z');
const pattern =
  '^(?<station>[^/]+)/(?<pass>good|bad)/(?<part>[A-Z]+)_(?<date>\\d{8})(?<time>\\d{6})_(?<count>\\d+)\\.jpg$';

/** `npm run faults` takes MariaDB as well; what the statements do there, the `.sql` tests say. */
const kinds = process.env.KILL_DATABASES ?? 'sqlite,postgres';
const dialects = (['sqlite', 'postgres', 'mariadb'] as const).filter(
  (kind) => kinds.includes(kind) && (kind === 'sqlite' || !isMissing(kind)),
);

type Totals = { total: number; ok: number; ng: number };
type Stats = { total_count: number; stations: Record<string, { totals: Totals }> };

/** Images whose verdict is a folder's name: without a pattern none has one, and the verdicts' folders are models. */
function writeFiles({ watchDir }: FaultPlant, from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    const digits = new Date(startAt + i * 7_000).toISOString().replace(/\D/g, '').slice(0, 14);
    const verdict = i % 9 === 4 ? 'bad' : 'good';
    writeImage(watchDir, `Line${i % 3}/${verdict}/${'AB'[i % 2]}_${digits}_${i}.jpg`);
  }
}

/** What the names of the files on the disk say, read by nothing of the product. */
function countFiles({ watchDir }: FaultPlant): Record<string, Totals> {
  const counts: Record<string, Totals> = {};
  for (const file of listFiles(watchDir)) {
    const [station = '', verdict] = file.split('/');
    const totals = counts[station] ?? { total: 0, ok: 0, ng: 0 };
    counts[station] = totals;
    totals.total++;
    if (verdict === 'good') totals.ok++;
    else totals.ng++;
  }
  return counts;
}

async function readStats(running: PlantProcess): Promise<Stats> {
  return (await (await running.fetch(`/api/stats?${everything}`, { method: 'POST' })).json()) as Stats;
}

async function readTotals(running: PlantProcess): Promise<Record<string, Totals>> {
  const { stations } = await readStats(running);
  return Object.fromEntries(
    Object.entries(stations).map(([name, { totals }]) => [
      name,
      { total: totals.total, ok: totals.ok, ng: totals.ng },
    ]),
  );
}

const sumOf = (totals: Record<string, Totals>, key: 'total' | 'ok' | 'ng') =>
  Object.values(totals).reduce((sum, one) => sum + one[key], 0);

/** Images that have a verdict: none before the pattern, all of them once every name was read again. */
async function countJudged(running: PlantProcess): Promise<number> {
  const totals = await readTotals(running);
  return sumOf(totals, 'ok') + sumOf(totals, 'ng');
}

async function readAllAgain(running: PlantProcess): Promise<void> {
  const answer = await running.fetch('/sources/1/layout', {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: running.origin },
    body: new URLSearchParams({ kind: 'path', pattern, words: 'good=OK, bad=NG', reread: 'all' }),
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sources/1/layout?done=reread']);
}

test.each(dialects)(
  'names read again on %s, killed again and again, end as an independent count of the files',
  async (kind) => {
    await using plant = createFaultPlant();
    const url = kind === 'sqlite' ? undefined : await createServerDatabase(kind);
    const env: Record<string, string> = { DEMO: '0', ACCESS: 'open', ...(url && { DATABASE_URL: url }) };
    writeFiles(plant, 0, fileCount);
    const first = await plant.start(env);
    await first.listening;
    await waitUntil('all are counted', async () => (await readStats(first)).total_count === fileCount);
    expect(await countJudged(first)).toBe(0);
    await readAllAgain(first);

    let running = first;
    let judged = 0;
    let files = fileCount;
    const midway: number[] = [];
    for (let kill = 1; kill <= kills; kill++) {
      await waitUntil('some more were read again', async () => {
        const now = await countJudged(running);
        const isMore = now > judged + 100 * kill;
        if (isMore) judged = now;
        return isMore;
      });
      await running.kill();
      if (kind === 'sqlite') expect(findBookFaults(plant.dbPath), `after kill ${kill}`).toEqual([]);
      if (judged < files) midway.push(judged);
      // Work goes on while the program is down.
      writeFiles(plant, files, 50);
      files += 50;
      running = await plant.start(env);
      await running.listening;
    }
    // Kills before the first name or after the last prove nothing.
    expect(midway.length).toBeGreaterThanOrEqual(2);

    const expected = countFiles(plant);
    const isDone = async () => {
      const page = await running.text('/sources/1/layout');
      return !page.includes('being read again') && (await countJudged(running)) === files;
    };
    await waitUntil('the work is done', isDone, 240_000);
    expect(await readTotals(running)).toEqual(expected);
    expect(sumOf(expected, 'total')).toBe(files);
    if (kind === 'sqlite') expect(findBookFaults(plant.dbPath)).toEqual([]);
  },
  400_000,
);
