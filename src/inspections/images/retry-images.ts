import { stripSpec } from '../../kernel/images/thumbnails/thumbnail.ts';
import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { InspectionRef } from '../model.ts';
import type { InspectionImages } from './inspection-images.ts';
import { listDueBadImages } from './record-outcomes.ts';

const waitingIntervalMs = 3_000;
const unreadableIntervalMs = 30_000;
const maxUnreadablePerRound = 50;

/**
 * Looks again, without anybody asking: every few seconds at files that were being written when a viewer wanted them, and
 * at growing intervals at unreadable ones, because a share that was away for minutes makes many that are not bad at all.
 */
export function startImageRetries(options: {
  db: Db;
  /** Each process looks after the images of its own site. */
  ownFilter: () => { siteId?: number };
  images: InspectionImages;
  findInspection: (id: number) => Promise<InspectionRef | undefined>;
  clock: Clock;
  log: Log;
  /** Whether unreadable images are looked at here; files that viewers of this process wait for always are. */
  looksAgain: () => boolean;
}): { retryNow(): Promise<void>; stop(): Promise<void> } {
  const { db, images, clock, log } = options;
  let afterId = 0;

  async function lookAgain(ids: readonly number[], signal: AbortSignal): Promise<void> {
    for (const id of ids) {
      if (signal.aborted) return;
      const inspection = await options.findInspection(id);
      if (inspection) await images.thumbnail(inspection, stripSpec, { ahead: true, again: true });
    }
    if (ids.length > 0) await images.flush();
  }

  const loops: Loop[] = [
    startLoop({
      name: 'look again at images being written',
      intervalMs: waitingIntervalMs,
      run: (signal) => lookAgain(images.listWaiting(), signal),
      log,
    }),
    startLoop({
      name: 'look again at unreadable images',
      intervalMs: unreadableIntervalMs,
      run: async (signal) => {
        if (!options.looksAgain()) return;
        const ids = await listDueBadImages(db, {
          ...{ now: clock.now(), afterId, limit: maxUnreadablePerRound },
          ...options.ownFilter(),
        });
        afterId = ids.length < maxUnreadablePerRound ? 0 : (ids.at(-1) ?? 0);
        await lookAgain(ids, signal);
      },
      log,
    }),
  ];

  return {
    async retryNow() {
      await Promise.all(loops.map((loop) => loop.trigger()));
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
