import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import type { PlantNames } from '../../plant/names.ts';
import type { Sites } from '../../plant/sites.ts';
import type { InspectionQueries } from '../queries/inspection-queries.ts';

/** What was recorded without a message is noticed after this, and an image that was deleted is forgotten. */
const readEveryMs = minuteMs;

/** When the newest image of the own site was taken: the age of the data, on every page. */
export type NewestImage = Pick<Loop, 'stop'> & {
  /** Epoch ms, never ahead of this server's clock; null before the first image. */
  at(): number | null;
  /** A batch was recorded; undefined when it is not known what. Returns at once. */
  note(recorded: { stationIds: readonly number[]; newestAt: number } | undefined): void;
};

/** Reads it once, then follows what is recorded. */
export async function startNewestImage({
  reads: { names, sites, inspections },
  clock,
  log,
}: {
  reads: { names: PlantNames; sites: Sites; inspections: InspectionQueries };
  clock: Clock;
  log: Log;
}): Promise<NewestImage> {
  let newestAt: number | null = null;

  async function read(): Promise<void> {
    const ids = names.listStations(sites.own.id).map(({ id }) => id);
    const times = await mapFairly(ids, (id) => inspections.findLastSeenAt(id));
    newestAt = times.reduce<number | null>(
      (max, at) => (at === undefined ? max : Math.max(max ?? at, at)),
      null,
    );
  }

  await read();
  const loop = startLoop({ name: 'newest image', intervalMs: readEveryMs, run: read, log });
  return {
    at: () => (newestAt === null ? null : Math.min(newestAt, clock.now())),
    note: (recorded) => {
      const isOwn = recorded?.stationIds.some((id) => names.siteIdOf(id) === sites.own.id);
      if (recorded === undefined || !isOwn || !Number.isFinite(recorded.newestAt)) return;
      newestAt = Math.max(newestAt ?? recorded.newestAt, Math.min(recorded.newestAt, clock.now()));
    },
    stop: loop.stop,
  };
}
