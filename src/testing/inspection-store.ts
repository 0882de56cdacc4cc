import { createInspectionReads } from '../inspections/reads.ts';
import { ensureRoot } from '../inspections/recording/folders.ts';
import type { FoundImage } from '../inspections/recording/found-images.ts';
import { createRecordInspections } from '../inspections/recording/record-inspections.ts';
import { createRootLocations } from '../inspections/watching/root-locations.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Sites } from '../plant/sites.ts';
import type { VerdictCounts } from '../plant/yield.ts';
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
  /** Modification times of the files that are on the disk, by `folder/name`. */
  const disk = new Map<string, number>();
  const record = createRecordInspections({
    db,
    siteId: reads.sites.own.id,
    clock,
    folders: reads.folders,
    statFile: async ({ path }, name) => {
      const modifiedAt = disk.get(`${path}/${name}`);
      return modifiedAt === undefined ? undefined : { modifiedAt };
    },
  });
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
    record,
    disk,
    rootId,
    /** Records files of `<station>/<part>`. */
    found: (path: string, files: FoundImage[]) => record.recordFound({ folder: { rootId, path }, files }),
    missing: (path: string, names: string[]) => record.recordMissing({ rootId, path }, names),
    rows: () => db.read.select().from(db.tables.inspections).orderBy(db.tables.inspections.id),
    total: async (): Promise<VerdictCounts> => {
      const counts = await reads.counts.countByPart({ startAt: 0, endAt: storeStartsAt * 2 });
      return counts.reduce(
        (sum, { ok, ng, unmatched }) => ({
          ok: sum.ok + ok,
          ng: sum.ng + ng,
          unmatched: sum.unmatched + unmatched,
        }),
        { ok: 0, ng: 0, unmatched: 0 },
      );
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
    ...more,
  };
}

/** A file whose name says nothing: its time is its modification time. */
export function unmatchedFile(name: string, modifiedAt: number): FoundImage {
  return { name, capturedAt: modifiedAt, verdict: null, sequence: null, sizeBytes: 1000, modifiedAt };
}
