import { createFolders, ensureRoot } from '../inspections/recording/folders.ts';
import { createRecordInspections } from '../inspections/recording/record-inspections.ts';
import { systemClock } from '../kernel/time/clock.ts';
import { createPlantNames } from '../plant/names.ts';
import { createSites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';

/** As the scanner sends them. */
export const imagesPerBatch = 1_000;

/** Records images of these capture times (epoch ms), numbered from `firstSequence`; every twentieth is NG. */
export type Recorder = (
  unit: { station: string; part: string },
  times: readonly number[],
  firstSequence: number,
) => Promise<void>;

/** Writes into an empty database as the product does when a scanner has found files. */
export async function openRecorder(db: Db): Promise<Recorder> {
  const sites = await createSites(db, systemClock, { name: 'main', title: '', timeZone: 'UTC' });
  const folders = await createFolders(db, await createPlantNames(db, systemClock, sites), systemClock);
  const rootId = await ensureRoot(db, systemClock, sites.own.id, '/data');
  const record = createRecordInspections({
    db,
    siteId: sites.own.id,
    folders,
    clock: systemClock,
    isGone: async () => false,
  });
  return async (unit, times, firstSequence) => {
    const folder = { rootId, path: `${unit.station}/${unit.part}`, ...unit };
    const files = times.map((capturedAt, i) => imageOf(capturedAt, firstSequence + i));
    await record.recordFound({ folder, files });
  };
}

function imageOf(capturedAt: number, sequence: number) {
  const verdict = sequence % 20 === 0 ? ('NG' as const) : ('OK' as const);
  return {
    name: `${verdict}-${capturedAt}-${sequence}.jpg`,
    capturedAt,
    verdict,
    sequence,
    sizeBytes: null,
    modifiedAt: null,
    namedAt: null,
    inode: null,
    isHeard: false,
    word: null,
    view: null,
    unit: null,
    station: null,
    part: null,
  };
}
