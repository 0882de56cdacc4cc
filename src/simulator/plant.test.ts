import { describe, expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { sumCounts } from '../plant/yield.ts';
import { readName } from './place-image.ts';
import { type PlantOptions, planPlant } from './plant.ts';
import { worksThroughout } from './plant-shifts.ts';
import type { PlannedImage } from './plant-station.ts';
import { demoStations } from './plant-stations.ts';
import { truthOf } from './plant-truth.ts';

const timeZone = 'Asia/Seoul';
const wallClock = createWallClock(timeZone);
const minuteMs = 60_000;
const hourMs = 3_600_000;
/** A Tuesday, 08:00. */
const startAt = wallClock.toEpochMs(2025, 9, 9, 8, 0, 0);
const anchorAt = startAt + 3 * hourMs;

function plan(change: Partial<PlantOptions> = {}): ReturnType<typeof planPlant> {
  return planPlant({
    seed: '7',
    startAt,
    endAt: startAt + 4 * hourMs,
    timeZone,
    anchors: [anchorAt],
    ...change,
  });
}

function list(change: Partial<PlantOptions> = {}): PlannedImage[] {
  return [...plan(change).images()];
}

describe('the same plan every time', () => {
  test('the same seed and instants give the same images', () => {
    expect(list()).toEqual(list());
    expect(list({ seed: '8' })).not.toEqual(list());
  });

  test('a later end does not change the past', () => {
    const short = list();
    const long = list({ endAt: startAt + 40 * hourMs });
    expect(long.length).toBeGreaterThan(2 * short.length);
    expect(long.slice(0, short.length)).toEqual(short);
  });

  test('images are in order of capture, at whole seconds, inside the window', () => {
    const images = list();
    for (const [index, { capturedAt }] of images.entries()) {
      expect(capturedAt % 1000).toBe(0);
      expect(capturedAt).toBeGreaterThanOrEqual(images[index - 1]?.capturedAt ?? startAt);
      expect(capturedAt).toBeLessThan(startAt + 4 * hourMs);
    }
  });
});

describe('a believable plant', () => {
  test('a name holds verdict, local time and COUNT, and no two files share a path', () => {
    const images = list({ endAt: startAt + 48 * hourMs });
    for (const image of images.filter(({ verdict }) => verdict !== null)) {
      const local = wallClock
        .format(image.capturedAt, 'iso')
        .slice(0, 19)
        .replaceAll(/[-:]/g, '')
        .replace('T', '-');
      expect(image.fileName).toBe(`${image.verdict}-${local}-${image.sequence}.jpg`);
      expect(readName(image.fileName)?.sequence).toBe(image.sequence);
    }
    const paths = images.map(({ station, part, fileName }) => `${station}/${part}/${fileName}`);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('no station works outside its shifts', () => {
    const images = list({ endAt: startAt + 72 * hourMs });
    const hoursOf = (station: string): Set<number> =>
      new Set(
        images
          .filter((image) => image.station === station)
          .map(({ capturedAt }) => wallClock.fieldsAt(capturedAt).hour),
      );
    expect([...hoursOf('S12')].sort((left, right) => left - right)).toEqual([8, 9, 10, 11, 13, 14, 15, 16]);
    expect(hoursOf('S4').has(12)).toBe(false);
    expect(hoursOf('S4').has(1)).toBe(true);
    expect(hoursOf('S9').size).toBe(24);
  });

  test('yields differ by station and match the plan', () => {
    const truth = truthOf(plan({ endAt: startAt + 24 * hourMs }), {
      startAt: startAt + 5 * hourMs,
      endAt: startAt + 24 * hourMs,
    });
    for (const { station, counts } of truth.stations) {
      const { ngRate } = demoStations.find((known) => known.station === station)!;
      const found = counts.ng / (counts.ok + counts.ng);
      expect(found, station).toBeGreaterThan(ngRate / 3);
      expect(found, station).toBeLessThan(ngRate * 4);
    }
  });

  test('the speed changes during a shift', () => {
    const images = list().filter(({ station }) => station === 'S9');
    const perBlock = new Map<number, number>();
    for (const { capturedAt } of images) {
      const block = Math.floor((capturedAt - startAt) / (40 * minuteMs));
      perBlock.set(block, (perBlock.get(block) ?? 0) + 1);
    }
    const full = [...perBlock.values()].slice(0, 5);
    expect(Math.max(...full) / Math.min(...full)).toBeGreaterThan(1.1);
  });

  test('older history can be thin while the newest hours are dense, without gaps in COUNT', () => {
    const images = list({
      paces: [
        { fromAt: startAt, stride: 10 },
        { fromAt: startAt + 2 * hourMs, stride: 1 },
      ],
    });
    const early = images.filter(({ capturedAt }) => capturedAt < startAt + 2 * hourMs).length;
    expect(images.length - early).toBeGreaterThan(6 * early);
    expect(images.filter(({ gap }) => gap?.kind === 'missing')).toHaveLength(1);
  });
});

describe('the story around the anchor', () => {
  const truth = truthOf(plan(), { startAt, endAt: startAt + 4 * hourMs });

  test('one station has far more NG than usual for three quarters of an hour', () => {
    expect(truth.ngBursts).toHaveLength(1);
    const [burst] = truth.ngBursts;
    expect(burst).toMatchObject({
      station: 'S7-D2',
      startAt: anchorAt - 24 * minuteMs,
      endAt: anchorAt + 21 * minuteMs,
    });
    expect(burst!.ng / (burst!.ok + burst!.ng)).toBeGreaterThan(0.2);
  });

  test('one station stops while the others run', () => {
    expect(truth.stops).toHaveLength(1);
    const [stop] = truth.stops;
    expect(stop).toMatchObject({ station: 'S4', startAt: anchorAt - 7 * minuteMs });
    const during = list().filter(({ capturedAt }) => capturedAt >= stop!.startAt && capturedAt < stop!.endAt);
    expect(new Set(during.map(({ station }) => station))).toEqual(new Set(['S9', 'S7-D2', 'S12']));
  });

  test('at night, when the usual station is off shift, another one stops', () => {
    const night = wallClock.toEpochMs(2025, 9, 10, 4, 0, 0);
    const { stops } = truthOf(
      plan({ startAt: night - 3 * hourMs, anchors: [night], endAt: night + hourMs }),
      {
        startAt: night - hourMs,
        endAt: night + hourMs,
      },
    );
    expect(stops.map(({ station }) => station)).toEqual(['S9']);
  });

  test('17 COUNTs are missing, one is repeated, one counter is reset', () => {
    expect(truth.gaps.map(({ kind, station, count }) => ({ kind, station, count }))).toEqual([
      { kind: 'reset', station: 'S7-D2', count: 0 },
      { kind: 'repeated', station: 'S9', count: 1 },
      { kind: 'missing', station: 'S9', count: 17 },
    ]);
    const [reset, repeated, missing] = truth.gaps;
    const carries = (sequence: number, part: string, station: string): number =>
      list().filter(
        (image) => image.sequence === sequence && image.part === part && image.station === station,
      ).length;
    expect(carries(repeated!.fromSequence, repeated!.part, 'S9')).toBe(2);
    expect(carries(missing!.fromSequence, missing!.part, 'S9')).toBe(0);
    expect(carries(missing!.toSequence, missing!.part, 'S9')).toBe(0);
    expect(carries(missing!.toSequence + 1, missing!.part, 'S9')).toBe(1);
    expect(reset).toMatchObject({ toSequence: 1 });
  });

  test('a few files have other names and no verdict', () => {
    const others = list().filter(({ verdict }) => verdict === null);
    expect(others.map(({ fileName }) => fileName)).toEqual([
      expect.stringMatching(/^calibration-\d{3}\.jpg$/),
      expect.stringMatching(/^calibration-\d{3}\.jpg$/),
      expect.stringMatching(/^calibration-\d{3}\.jpg$/),
    ]);
    expect(truth.counts.unmatched).toBe(3);
  });

  test('a unit is judged again: NG before, OK after', () => {
    const [unit] = list().filter(({ rejudged }) => rejudged !== null);
    expect(unit).toMatchObject({ station: 'S7-D2', verdict: 'NG', rejudged: { verdict: 'OK' } });
    const window = { startAt: unit!.capturedAt, endAt: unit!.capturedAt + 1000 };
    const before = truthOf(plan(), { ...window, asOf: unit!.rejudged!.at - 1 });
    const after = truthOf(plan(), { ...window, asOf: unit!.rejudged!.at });
    const ngOf = (found: typeof before): number =>
      found.stations.find(({ station }) => station === 'S7-D2')!.counts.ng;
    expect(ngOf(before) - ngOf(after)).toBe(1);
    expect(unit!.rejudged!.fileName).toBe(unit!.fileName.replace('NG', 'OK'));
  });
});

test('the truth adds up: parts to stations, stations to the plant', () => {
  const truth = truthOf(plan(), { startAt, endAt: startAt + 4 * hourMs });
  expect(sumCounts(truth.stations.map(({ counts }) => counts))).toEqual(truth.counts);
  for (const { counts, parts } of truth.stations)
    expect(sumCounts(parts.map((part) => part.counts))).toEqual(counts);
  expect(truth.counts.ok + truth.counts.ng + truth.counts.unmatched).toBe(list().length);
});

test('in the hour that is repeated when clocks are set back, no image has an ambiguous name', () => {
  const berlin = createWallClock('Europe/Berlin');
  const from = berlin.toEpochMs(2025, 10, 26, 0, 0, 0);
  const images = list({ timeZone: 'Europe/Berlin', startAt: from, endAt: from + 6 * hourMs });
  for (const { capturedAt } of images) {
    const { year, month, day, hour, minute, second } = berlin.fieldsAt(capturedAt);
    expect(berlin.toEpochMs(year, month, day, hour, minute, second)).toBe(capturedAt);
  }
  expect(images.length).toBeGreaterThan(500);
});

test('a pause of ten minutes is still work, the night is not', () => {
  const [s9, , s4] = demoStations;
  const at = (hour: number): number => wallClock.toEpochMs(2025, 9, 9, hour, 0, 0);
  expect(worksThroughout(s9!.shifts, at(8), at(23), 15 * minuteMs, wallClock)).toBe(true);
  expect(worksThroughout(s4!.shifts, at(4), at(5), 15 * minuteMs, wallClock)).toBe(false);
});
