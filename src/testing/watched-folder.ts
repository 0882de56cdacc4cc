import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourceStatus } from '../inspections/model.ts';
import { createInspectionReads } from '../inspections/reads.ts';
import type { Recorded } from '../inspections/recording/record-inspections.ts';
import { startRereads } from '../inspections/recording/reread-names.ts';
import { createSources, type Sources, type SourcesOptions } from '../inspections/watching/sources.ts';
import type { ScanOptions } from '../kernel/folder-scan/model/scan-options.ts';
import { createLog } from '../kernel/log.ts';
import { createBus } from '../kernel/processes/bus/bus.ts';
import { createSingletons } from '../kernel/processes/leader/singletons.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { createRecordClocks } from '../plant/record-clocks.ts';
import { openSqliteDb } from '../schema/db.ts';
import { imageName, tinyJpeg } from './faults/plant-images.ts';
import { waitUntil } from './faults/plant-process.ts';
import { openMainSite } from './main-site.ts';

/** Changes arrive as events; sweeps run only on request. All delays are short. */
const quickScan: ScanOptions = {
  minFileAgeMs: 300,
  cutOffMs: 300,
  recentMs: 3_600_000,
  pollIntervalMs: 60_000,
  reconcileIntervalMs: 3_600_000,
  rootCheckMs: 100,
  doubtMs: 200,
};

type Options = { scan?: Partial<ScanOptions> } & Partial<
  Pick<SourcesOptions, 'watchMode' | 'exclude' | 'naming' | 'timeZone' | 'onRecorded'>
>;

/** One image as the database has it; `path` lies below the watched folder. */
export type RecordedImage = {
  path: string;
  station: string;
  part: string;
  verdict: 'OK' | 'NG' | null;
  word: string | null;
  missingAt: number | null;
  revision: number;
  sizeBytes: number | null;
};

/** A folder on a real disk, watched by a real scanner thread that records into a real database. */
export async function openWatchedFolder(options: Options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-scanner-'));
  const root = join(folder, 'watch');
  const dbPath = join(folder, 'state', 'data.sqlite');
  mkdirSync(root);
  const logged: string[] = [];
  const log = createLog({
    level: 'info',
    pretty: false,
    destination: { write: (line) => logged.push(line) },
  });
  const recorded: Recorded[] = [];
  let running: { sources: Sources; close(): Promise<void> } | undefined;
  const reader = openSqliteDb(dbPath);

  /** Starts a scanner as a new process does: it knows only what the database holds. */
  async function start(more: Options = {}): Promise<void> {
    const db = openSqliteDb(dbPath);
    const reads = await createInspectionReads(db, systemClock, await openMainSite(db, systemClock));
    const sources = createSources({
      db,
      database: { path: dbPath },
      siteId: reads.sites.own.id,
      folders: reads.folders,
      clocks: createRecordClocks(db, reads.names),
      clock: systemClock,
      log,
      scan: { ...quickScan, ...options.scan, ...more.scan },
      watchMode: more.watchMode ?? options.watchMode ?? 'events',
      naming: more.naming ?? options.naming ?? {},
      exclude: options.exclude ?? [],
      timeZone: options.timeZone ?? 'UTC',
      bus: createBus({ openLink: undefined, merge: () => undefined, log }),
      singletons: createSingletons({ locks: undefined, log }),
      sweeps: true,
      processName: 'this one',
      onRecorded: (batch) => {
        recorded.push(batch);
        more.onRecorded?.(batch);
      },
      onStatus: () => {},
    });
    const rereads = startRereads({
      db,
      siteId: reads.sites.own.id,
      folders: reads.folders,
      names: reads.names,
      wallClock: reads.wallClock,
      namingOf: sources.sweptUnder,
      onChanged: () => {},
      onEnd: () => {},
      log,
    });
    running = {
      sources,
      close: async () => {
        await rereads.stop();
        await sources.stop();
        await db.close();
      },
    };
    await sources.watch(root);
  }

  async function stop(): Promise<void> {
    const before = running;
    running = undefined;
    await before?.close();
  }

  const list = reader.sqlite!.reader.prepare(`
    select d.path || case when d.path = '' then '' else '/' end || i.name as path, s.name as station, p.name as part,
      i.verdict, i.word, i.missing_at as missingAt, i.revision, i.size_bytes as sizeBytes
    from inspections i join directories d on d.id = i.directory_id
      join stations s on s.id = i.station_id join parts p on p.id = i.part_id
    order by i.id`);
  const sum = reader.sqlite!.reader.prepare(
    'select coalesce(sum(ok), 0) as ok, coalesce(sum(ng), 0) as ng, coalesce(sum(unmatched), 0) as unmatched from inspection_hours',
  );

  const byStation = reader.sqlite!.reader.prepare(`
    select s.name, sum(ok + ng + unmatched) as 'all', sum(ng) as ng from inspection_hours h
      join stations s on s.id = h.station_id group by s.name having sum(ok + ng + unmatched) > 0`);
  const stations = reader.sqlite!.reader.prepare('select name from stations order by name');
  const hours = reader.sqlite!.reader.prepare(
    'select start_at, sum(ok + ng + unmatched) from inspection_hours group by start_at order by start_at',
  );

  return {
    root,
    recorded,
    start,
    stop,
    at: (path: string) => join(root, path),
    write: (path: string, bytes: Buffer | string = tinyJpeg) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    },
    rescan: () => running!.sources.rescan(),
    status: (): SourceStatus => running!.sources.list()[0]!,
    /** All images in the order in which they were recorded. */
    images: () => list.all() as RecordedImage[],
    paths: () => (list.all() as RecordedImage[]).map(({ path }) => path),
    find: (path: string) => (list.all() as RecordedImage[]).find((image) => image.path === path),
    /** Names of the stations, as their folders are called. */
    stations: () => stations.pluck().all() as string[],
    /** What the roll-ups say of each station that has images. */
    counted: () =>
      Object.fromEntries(
        (byStation.all() as { name: string; all: number; ng: number }[]).map(({ name, all, ng }) => [
          name,
          { all, ng },
        ]),
      ),
    /** Starts of hours and their images, oldest first. */
    hours: () => hours.raw().all() as [number, number][],
    /** What the roll-ups say. */
    total: () => sum.get() as { ok: number; ng: number; unmatched: number },
    async [Symbol.asyncDispose]() {
      await stop();
      await reader.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type WatchedFolder = Awaited<ReturnType<typeof openWatchedFolder>>;

/** The one folder that `openOnline` watches from the start. */
export const onlyFolder = 'S9/OR-3CT';

let sequence = 0;

/** The path of a new image there, captured in this second. */
export function newName(verdict: 'OK' | 'NG' = 'OK'): string {
  return `${onlyFolder}/${imageName(verdict, systemClock.now(), ++sequence)}`;
}

/** A watched folder with one counted image in `onlyFolder`, whose first sweep is over. */
export async function openOnline(options: Options = {}): Promise<WatchedFolder> {
  const folder = await openWatchedFolder(options);
  folder.write(newName());
  await folder.start();
  await waitUntil('the first image is counted', () => folder.images().length === 1);
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  return folder;
}
