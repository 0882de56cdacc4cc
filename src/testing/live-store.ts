import { createWallClock } from '../kernel/time/time-zone.ts';
import { createLiveQueries } from '../live/history/live-queries.ts';
import { createLiveChannels } from '../live/recording/channels.ts';
import { createRecordLiveImages, type LiveFile } from '../live/recording/record-live-images.ts';
import { openTestDb, type TestDialect } from './databases.ts';
import { openMainSite } from './main-site.ts';
import { createTestClock } from './test-clock.ts';

export const liveStartsAt = Date.parse('2026-11-21T10:00:00Z');

/** An empty database with the two channels of contract S5 and everything that records and reads live images. */
export async function openLiveStore(dialect: TestDialect) {
  const db = await openTestDb(dialect);
  const clock = createTestClock(liveStartsAt);
  const { own } = await openMainSite(db, clock);
  const channels = await createLiveChannels({ db, clock, siteId: own.id, isConfigured: () => true });
  for (const role of ['original', 'labeled'] as const)
    await channels.ensure({ path: `/live/${role}`, camera: 'main', role, wantedKey: role });
  const record = createRecordLiveImages(db, clock);
  const idOf = (key: string) => channels.find(key)?.id ?? 0;
  return {
    db,
    clock,
    channels,
    record,
    queries: createLiveQueries(db, channels, createWallClock('UTC')),
    found: (key: string, files: LiveFile[]) => record.recordFound(idOf(key), files),
    missing: (key: string, names: string[]) => record.recordMissing(idOf(key), names),
    rows: () => db.read.select().from(db.tables.liveImages).orderBy(db.tables.liveImages.id),
  };
}

export type LiveStore = Awaited<ReturnType<typeof openLiveStore>>;

/** A complete file of a coil, named as contract S5 has uploads; changed when it was captured. */
export function liveFile(
  coil: string,
  capturedAt: number,
  role: 'original' | 'labeled' = 'original',
  more: Partial<LiveFile> = {},
): LiveFile {
  return {
    name: `${coil}_${capturedAt}_${role}.jpg`,
    capturedAt,
    coil,
    sizeBytes: 1000,
    modifiedAt: capturedAt,
    ...more,
  };
}
