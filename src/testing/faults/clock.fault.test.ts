import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, testNow } from '../test-app.ts';
import { countRows, findBookFaults, readRows } from './books.ts';
import { tinyJpeg, writeImage } from './plant-images.ts';
import { createFaultPlant, waitUntil } from './plant-process.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const folder = 'S9/OR-3CT';

/** Names as the clock on the wall of a site had them, and the instants they mean. */
const clockChanges = [
  {
    timeZone: 'Europe/Berlin',
    day: '2025-03-30',
    nextDay: '2025-03-31',
    times: [
      ['01:59:59', '2025-03-30T00:59:59Z'],
      // Between 02:00 and 03:00 there was no such time: a clock not yet set forward.
      ['02:30:00', '2025-03-30T01:30:00Z'],
      ['03:00:00', '2025-03-30T01:00:00Z'],
      ['23:59:59', '2025-03-30T21:59:59Z'],
    ],
  },
  {
    timeZone: 'Europe/Berlin',
    day: '2025-10-26',
    nextDay: '2025-10-27',
    times: [
      ['00:00:00', '2025-10-25T22:00:00Z'],
      ['01:59:59', '2025-10-25T23:59:59Z'],
      ['02:30:00', '2025-10-26T00:30:00Z'],
      ['02:30:01', '2025-10-26T01:30:01Z'],
      ['03:00:00', '2025-10-26T02:00:00Z'],
    ],
  },
  {
    timeZone: 'America/New_York',
    day: '2025-03-09',
    nextDay: '2025-03-10',
    times: [
      ['01:59:59', '2025-03-09T06:59:59Z'],
      ['03:00:00', '2025-03-09T07:00:00Z'],
    ],
  },
  {
    timeZone: 'America/New_York',
    day: '2025-11-02',
    nextDay: '2025-11-03',
    times: [
      ['00:59:59', '2025-11-02T04:59:59Z'],
      ['01:15:00', '2025-11-02T05:15:00Z'],
      ['01:15:01', '2025-11-02T06:15:01Z'],
      ['02:00:00', '2025-11-02T07:00:00Z'],
    ],
  },
] as const;

/** As machines do: complete and with its own time, before it has its name. */
function writeWholeImage(path: string, writtenAt: number): void {
  writeFileSync(`${path}.tmp`, tinyJpeg);
  utimesSync(`${path}.tmp`, writtenAt / 1000, writtenAt / 1000);
  renameSync(`${path}.tmp`, path);
}

type Bucket = { startAt: number; ok: number };

describe.each(clockChanges)('on $day in $timeZone', ({ timeZone, day, nextDay, times }) => {
  test('images are where they belong, and the day has all of them', async () => {
    await using plant = createFaultPlant();
    const instants = times.map(([, instant]) => Date.parse(instant));
    writeImage(plant.watchDir, `${folder}/first.jpg`);
    const running = await plant.start({ SITE_TIME_ZONE: timeZone, WATCH_MODE: 'events' });
    await running.listening;
    await waitUntil('the folder is known', () => countRows(plant.dbPath) === 1);
    for (const [i, [time]] of times.entries()) {
      const name = `OK-${day.replaceAll('-', '')}-${time.replaceAll(':', '')}-${i + 1}.jpg`;
      writeWholeImage(join(plant.watchDir, folder, name), instants[i]! + 1_000);
    }
    await waitUntil('all are counted', () => countRows(plant.dbPath) === times.length + 1);
    const rows = readRows(plant.dbPath).filter(({ sequence }) => sequence !== null);
    rows.sort((a, b) => a.sequence! - b.sequence!);
    expect(rows.map(({ capturedAt }) => new Date(capturedAt).toISOString())).toEqual(
      instants.map((at) => new Date(at).toISOString()),
    );
    const window = new URLSearchParams({ start: `${day}T00:00`, end: `${nextDay}T00:00` });
    const answer = await running.fetch(`/api/v1/yield?${window}`);
    const { ok, buckets } = (await answer.json()) as { ok: number; buckets: Bucket[] };
    expect(ok).toBe(times.length);
    expect(buckets.reduce((sum, bucket) => sum + bucket.ok, 0)).toBe(times.length);
    for (const page of ['/', '/stations/S9', '/inspections/1']) {
      const { status } = await running.fetch(`${page}?${window}`);
      expect([page, status]).toEqual([page, 200]);
    }
    expect(findBookFaults(plant.dbPath)).toEqual([]);
  });
});

async function readPages(plant: TestApp): Promise<string> {
  const pages = ['/', '/?period=1d', '/overview', '/stations/S9', '/sources', '/health'];
  const texts = await Promise.all(
    pages.map(async (page) => {
      const answer = await plant.request(page);
      expect([page, answer.status]).toEqual([page, 200]);
      return answer.text();
    }),
  );
  return texts.join('\n').replace(/<[^>]*>/g, ' ');
}

test.each([
  { step: 'an hour back', ms: -hourMs },
  { step: 'a day forward', ms: 24 * hourMs },
  { step: 'ten years back', ms: -10 * 365 * 24 * hourMs },
  { step: 'ten years forward', ms: 10 * 365 * 24 * hourMs },
])(
  'the system clock steps $step and later returns: pages answer, nothing is lost or counted twice',
  async ({ ms }) => {
    const times = ['102800', '102900', '103000'];
    const plant = await createTestApp({
      images: times.map((time, i) => `${folder}/OK-20250906-${time}-${i + 1}.jpg`),
    });
    try {
      const dbPath = join(plant.folder, 'state', 'data.sqlite');
      const total = async () => {
        const { total_count } = (await plant.json('/api/stats?period=1d', { method: 'POST' })) as {
          total_count: number;
        };
        return total_count;
      };
      plant.clock.advance(minuteMs);
      expect(await total()).toBe(3);
      plant.clock.advance(ms);
      // A negative age or span would show as one.
      expect(await readPages(plant)).not.toMatch(/(?<![\w.])-\d+(?:\.\d+)? (?:ms|s|min|h|d)\b|NaN|Invalid/);
      await plant.addImages([{ path: `${folder}/NG-20250906-103100-4.jpg`, bytes: tinyJpeg }]);
      expect(await total()).toBeLessThanOrEqual(4);
      plant.clock.set(testNow + 2 * minuteMs);
      await expect.poll(() => plant.text('/sources')).toContain('Online');
      expect(await total()).toBe(4);
      expect(readRows(dbPath)).toHaveLength(4);
      expect(findBookFaults(dbPath)).toEqual([]);
      await readPages(plant);
    } finally {
      await plant.close();
    }
  },
);
