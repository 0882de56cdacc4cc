/** `npm run generate:images`: plain test images in a folder tree, as system S1's generator makes them (contract S1). */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { Temporal } from 'temporal-polyfill';
import { type Clock, systemClock } from '../kernel/time/clock.ts';
import { createWallClock, type WallClock } from '../kernel/time/time-zone.ts';
import { ensureFolder, formatName, listNames, readName, writeImage } from './place-image.ts';
import { createRandom } from './random.ts';
import { measureMarking, writeMarking } from './strokes.ts';

/** More images a folder than this are taken for a slip of the hand. */
const maxPerFolder = 100_000;
const parallelWrites = 4;

export type GenerateOptions = {
  out: string;
  stations: readonly string[];
  models: readonly string[];
  /** Images per station and model. */
  count: number;
  /** Share of OK, 0..1. */
  okRate: number;
  /** The first image is this old. */
  sinceMs: number;
  intervalMs: number;
  seed: string;
  clock: Clock;
  wallClock: WallClock;
};

/** What system S1's generator does when nothing is said; `seed`, `clock` and `wallClock` are the caller's. */
export const generatorDefaults = {
  out: './IMAGES',
  stations: ['S9', 'S7-D2', 'S4'],
  models: ['OR-3CT', 'OR-2CT'],
  count: 200,
  okRate: 0.9,
  sinceMs: 2 * 3_600_000,
  intervalMs: 30_000,
} as const;

/** Writes the images, COUNT going on from the largest in each folder. Answers how many were written. */
export async function generateImages(options: GenerateOptions): Promise<{ ok: number; ng: number }> {
  const written = { ok: 0, ng: 0 };
  const startAt = Math.floor((options.clock.now() - options.sinceMs) / 1000) * 1000;
  for (const station of options.stations) {
    for (const model of options.models) {
      const folder = join(options.out, station, model);
      await ensureFolder(folder);
      const random = createRandom(`${options.seed}:${station}:${model}`);
      const largest = await findLargestCount(folder);
      const units = Array.from({ length: options.count }, (_, index) => ({
        verdict: random.chance(options.okRate) ? ('OK' as const) : ('NG' as const),
        capturedAt: startAt + index * options.intervalMs,
        sequence: largest + 1 + index,
      }));
      for (let from = 0; from < units.length; from += parallelWrites) {
        const batch = units.slice(from, from + parallelWrites);
        await Promise.all(
          batch.map((unit) => writeUnit(folder, { station, model, ...unit }, options.wallClock)),
        );
      }
      written.ok += units.filter(({ verdict }) => verdict === 'OK').length;
      written.ng += units.filter(({ verdict }) => verdict === 'NG').length;
    }
  }
  return written;
}

type Unit = { station: string; model: string; verdict: 'OK' | 'NG'; capturedAt: number; sequence: number };

async function findLargestCount(folder: string): Promise<number> {
  let largest = 0;
  for (const name of await listNames(folder)) largest = Math.max(largest, readName(name)?.sequence ?? 0);
  return largest;
}

async function writeUnit(folder: string, unit: Unit, wallClock: WallClock): Promise<void> {
  const { station, model, verdict, capturedAt, sequence } = unit;
  const color =
    verdict === 'OK' ? { back: '#2e7d4f', edge: '#1d5636' } : { back: '#a8383b', edge: '#742528' };
  const time = `${wallClock.format(capturedAt, 'date')} ${wallClock.format(capturedAt, 'time')}`;
  const lines = [`${station} / ${model}`, `${verdict} ${sequence}`, time].map((line, index) => {
    const tall = Math.min(32, (32 * 560) / measureMarking(line, 32));
    return writeMarking(line, (640 - measureMarking(line, tall)) / 2, 168 + index * 56, tall, 4);
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
    <rect width="640" height="480" fill="${color.back}"/>
    <rect x="12" y="12" width="616" height="456" fill="none" stroke="${color.edge}" stroke-width="6"/>
    ${lines.join('')}</svg>`;
  const jpeg = await sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer();
  await writeImage(folder, formatName(verdict, capturedAt, sequence, wallClock), jpeg);
}

const usage = `Makes test images: <out>/<station>/<model>/OK-YYYYMMDD-HHMMSS-<count>.jpg

  --out <folder>        where to (./IMAGES)
  --stations <a,b>      stations (S9,S7-D2,S4)
  --models <a,b>        product models (OR-3CT,OR-2CT)
  --count <n>           images per station and model (200)
  --ok <0..1>           share of OK (0.9)
  --minutes-ago <n>     age of the first image (120)
  --every <seconds>     time between two images (30)
  --time-zone <name>    time zone of the names (SITE_TIME_ZONE, else the machine's)
  --seed <text>         same seed, same verdicts
`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      out: { ...text, default: generatorDefaults.out },
      stations: { ...text, default: generatorDefaults.stations.join(',') },
      models: { ...text, default: generatorDefaults.models.join(',') },
      count: { ...text, default: String(generatorDefaults.count) },
      ok: { ...text, default: String(generatorDefaults.okRate) },
      'minutes-ago': { ...text, default: String(generatorDefaults.sinceMs / 60_000) },
      every: { ...text, default: String(generatorDefaults.intervalMs / 1000) },
      'time-zone': { ...text, default: process.env.SITE_TIME_ZONE || Temporal.Now.timeZoneId() },
      seed: { ...text, default: String(systemClock.now()) },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(usage);
  const out = resolve(values.out);
  const { ok, ng } = await generateImages({
    out,
    stations: readList('stations', values.stations),
    models: readList('models', values.models),
    count: readNumber('count', values.count, 1, maxPerFolder),
    okRate: readNumber('ok', values.ok, 0, 1),
    sinceMs: readNumber('minutes-ago', values['minutes-ago'], 0, 5_000_000) * 60_000,
    intervalMs: readNumber('every', values.every, 0, 86_400) * 1000,
    seed: values.seed,
    clock: systemClock,
    wallClock: createWallClock(values['time-zone']),
  });
  console.log(`${ok + ng} images in ${out}: ${ok} OK, ${ng} NG`);
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new Error(`--${name} must be a number from ${min} to ${max}, not "${text}".`);
}

/** Folder names, separated by commas; none may lead out of the folder. */
function readList(name: string, text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  const fault = items.find((item) => item === '' || item.startsWith('.') || /[/\\]/.test(item));
  if (fault === undefined) return items;
  throw new Error(`--${name} must be folder names separated by commas, not "${text}".`);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
