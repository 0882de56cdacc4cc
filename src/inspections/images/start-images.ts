import { createThumbnailStore, type ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import type { Log } from '../../kernel/log.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { InspectionReads } from '../reads.ts';
import type { RootLocations } from '../watching/root-locations.ts';
import { createInspectionImages, type InspectionImages } from './inspection-images.ts';
import { startMakeAhead } from './make-ahead.ts';
import { startImageRetries } from './retry-images.ts';

/** Images, their thumbnails and retries, for the life of the process. */
export type Images = InspectionImages & {
  thumbnails: ThumbnailStore;
  /** Size on disk, length of the drawing queue, and recent drawing times. */
  figures(): { bytes: number; waiting: number; drawTimes: ReturnType<ThumbnailStore['drawTimes']> };
  /** Draws the thumbnails of stations with new images before they are requested. Returns at once. */
  wake(stationIds: readonly number[]): void;
};

export function startImages(options: {
  /** Folder of the thumbnails, which may be deleted at any time, and the disk space they may take. */
  dir: string;
  budgetBytes: number;
  db: Db;
  reads: InspectionReads;
  findLocation: RootLocations['find'];
  /** NG images on a card. */
  ngCount: number;
  clock: Clock;
  log: Log;
  /** An image became unreadable, readable, or has a new address. */
  onChanged: () => void;
  /** The file is not as it was recorded. */
  onOutgrown: (file: { rootId: number; path: string }) => void;
  /** Whether this process retries unreadable images. */
  looksAgain: () => boolean;
}): Images {
  const { dir, budgetBytes, db, reads, findLocation, ngCount, clock, log } = options;
  const { inspections, sites } = reads;
  const thumbnails = createThumbnailStore({ dir, budgetBytes, clock, log });
  const images = createInspectionImages({
    db,
    store: thumbnails,
    findLocation,
    site: sites.own.name,
    clock,
    log,
    onChanged: options.onChanged,
    onOutgrown: options.onOutgrown,
  });
  const makeAhead = startMakeAhead({ images, listInspections: inspections.list, ngCount, log });
  const retries = startImageRetries({
    db,
    ownFilter: sites.ownFilter,
    images,
    findInspection: inspections.find,
    clock,
    log,
    looksAgain: options.looksAgain,
  });
  return {
    ...images,
    thumbnails,
    figures: () => {
      const { disk, waitingViewers, waitingAhead } = thumbnails.stats();
      return {
        bytes: disk.bytes,
        waiting: waitingViewers + waitingAhead,
        drawTimes: thumbnails.drawTimes(),
      };
    },
    wake: makeAhead.wake,
    async stop() {
      await Promise.all([makeAhead.stop(), retries.stop(), thumbnails.stop()]);
      await images.stop();
    },
  };
}
