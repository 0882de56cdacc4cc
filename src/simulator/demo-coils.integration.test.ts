import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { coilDefects, coilPictureCount, coilSize, defectsOfPicture } from './coil-pictures.ts';
import { shotAt, startDemoCoils } from './demo-coils.ts';

const at = Date.parse('2025-09-06T10:21:32+09:00');
const log = createLog({ level: 'silent', pretty: false });

test('the truth of every picture is reproducible and on the strip, and every kind of defect occurs', () => {
  const all = Array.from({ length: coilPictureCount }, (_, picture) => defectsOfPicture(picture));
  expect(all).toEqual(all.map((_, picture) => defectsOfPicture(picture)));
  expect(new Set(all.flat().map(({ kind }) => kind))).toEqual(new Set(coilDefects));
  const clean = all.filter((defects) => defects.length === 0).length;
  expect(clean).toBeGreaterThan(coilPictureCount / 5);
  for (const { left, top, width, height } of all.flat()) {
    expect(Math.min(left, top)).toBeGreaterThan(0);
    expect(left + width).toBeLessThan(coilSize.width);
    expect(top + height).toBeLessThan(coilSize.height);
  }
});

test('the line shows a picture every four seconds, all of them in turn, and changes the coil', () => {
  expect(shotAt(at)).toEqual(shotAt(at + 3_999 - (at % 4_000)));
  const shots = Array.from({ length: coilPictureCount }, (_, i) => shotAt(at + i * 4_000));
  expect(new Set(shots.map(({ picture }) => picture)).size).toBe(coilPictureCount);
  expect(Number(shotAt(at + 480_000).coil)).toBe(Number(shotAt(at).coil) + 1);
});

test('pairs appear whole: an hour of them at the first start, and none twice at the next', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'linesight-coils-'));
  const clock = createTestClock(at);
  const filesOf = (role: string) => readdirSync(join(dir, role)).sort();
  try {
    for (let start = 0; start < 2; start++) {
      const coils = startDemoCoils({ dir, timeZone: 'Asia/Seoul', clock, log });
      await coils.ready;
      await expect.poll(() => filesOf('labeled').at(-1)).toMatch(/^20250906102132_\d+_\d{13}_labeled\.jpg$/);
      await coils.stop();
      expect(filesOf('original')).toHaveLength(61);
      expect(filesOf('labeled')).toHaveLength(61);
    }
    const newest = join(dir, 'original', filesOf('original').at(-1)!);
    expect(statSync(newest).mtimeMs).toBe(at);
  } finally {
    rmSync(dir, { recursive: true });
  }
}, 300_000);
