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
 * Retries images in the background: every few seconds those that were still being written when a viewer requested them,
 * and at growing intervals the unreadable ones, because a share that was away for minutes leaves many that are intact.
 */
export function startImageRetries(options: {
  db: Db;
  /** Limits the retries to images of the own site. */
  ownFilter: () => { siteId?: number };
  images: InspectionImages;
  findInspection: (id: number) => Promise<InspectionRef | undefined>;
  clock: Clock;
  log: Log;
  /** Whether this process retries unreadable images; those that its own viewers wait for are always retried. */
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
      name: 'retry of images being written',
      intervalMs: waitingIntervalMs,
      run: (signal) => lookAgain(images.listWaiting(), signal),
      log,
    }),
    startLoop({
      name: 'retry of unreadable images',
      intervalMs: unreadableIntervalMs,
      run: async (signal) => {
        if (!options.looksAgain()) return;
        const ids = await listDueBadImages(db, {
          now: clock.now(),
          afterId,
          limit: maxUnreadablePerRound,
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
