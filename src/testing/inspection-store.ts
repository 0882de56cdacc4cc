import { createInspectionReads } from '../inspections/reads.ts';
import { ensureRoot } from '../inspections/recording/folders.ts';
import type { FoundImage } from '../inspections/recording/found-images.ts';
import { createRecordInspections } from '../inspections/recording/record-inspections.ts';
import { createRootLocations } from '../inspections/watching/root-locations.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Sites } from '../plant/sites.ts';
import { sumCounts } from '../plant/yield.ts';
import type { Db } from '../schema/db.ts';
import { openTestDb, type TestDialect } from './databases.ts';
import { openMainSite } from './main-site.ts';
import { createTestClock } from './test-clock.ts';

export const storeStartsAt = Date.parse('2026-11-21T10:00:00Z');

/** An empty database with everything that records and reads inspections; times are UTC. */
export async function openInspectionStore(dialect: TestDialect) {
  const db = await openTestDb(dialect);
  return openStoreOn(db, (clock) => openMainSite(db, clock));
}

/** The same of one process on a database that several may share, for the site it belongs to. */
export async function openStoreOn(db: Db, openSites: (clock: Clock) => Promise<Sites>) {
  const clock = createTestClock(storeStartsAt);
  const reads = await createInspectionReads(db, clock, await openSites(clock));
  const rootId = await ensureRoot(db, clock, reads.sites.own.id, '/data');
  /** Files that are still on the disk beside a new name, as `folder/name`; all others are gone. */
  const disk = new Set<string>();
  const openRecord = () =>
    createRecordInspections({
      db,
      siteId: reads.sites.own.id,
      clock,
      folders: reads.folders,
      isGone: async ({ path }, name) => !disk.has(`${path}/${name}`),
    });
  let record = openRecord();
  return {
    db,
    clock,
    reads,
    locations: createRootLocations({
      db,
      sites: reads.sites,
      clock,
      watched: () => [{ id: rootId, path: '/data' }],
    }),
    disk,
    /** Forgets what the recorder remembers beside the database. */
    restart: () => {
      record = openRecord();
    },
    rootId,
    /** Records files of `<station>/<part>`. */
    found: (path: string, files: FoundImage[]) => record.recordFound({ folder: { rootId, path }, files }),
    missing: (path: string, names: string[]) => record.recordMissing({ rootId, path }, names),
    rows: () => db.read.select().from(db.tables.inspections).orderBy(db.tables.inspections.id),
    /** What all images come to. */
    total: async () => {
      const { ok, ng, unmatched } = sumCounts(
        await reads.counts.countByPart({ startAt: 0, endAt: storeStartsAt * 2 }),
      );
      return { ok, ng, unmatched };
    },
  };
}

export type InspectionStore = Awaited<ReturnType<typeof openInspectionStore>>;

/** A complete file of verdict, time and COUNT, named as contract S1 has it; changed when it was captured. */
export function imageFile(
  verdict: 'OK' | 'NG',
  capturedAt: number,
  sequence: number,
  more: Partial<FoundImage> = {},
): FoundImage {
  const [date = '', time = ''] = new Date(capturedAt).toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  return {
    name: `${verdict}-${date}-${time}-${sequence}.jpg`,
    capturedAt,
    verdict,
    sequence,
    sizeBytes: 1000,
    modifiedAt: capturedAt,
    ...nothingMore,
    ...more,
  };
}

/** What most names do not tell, of a file reported by an event. */
export const nothingMore = {
  namedAt: null,
  word: null,
  view: null,
  unit: null,
  station: null,
  part: null,
  inode: null,
  isHeard: true,
};

/** A file whose name says nothing: its time is its modification time. */
export function unmatchedFile(name: string, modifiedAt: number, more: Partial<FoundImage> = {}): FoundImage {
  return {
    name,
    capturedAt: modifiedAt,
    verdict: null,
    sequence: null,
    sizeBytes: 1000,
    modifiedAt,
    ...nothingMore,
    ...more,
  };
}
