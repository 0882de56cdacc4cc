import { eq, min } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { createGrowingCache } from '../../kernel/growing-cache.ts';
import {
  beingWritten,
  isBeingWritten,
  type LocatedImage,
  locateImage,
  notWatched,
} from '../../kernel/images/locate-image.ts';
import { type PixelSize, readPixelSize } from '../../kernel/images/pixel-size.ts';
import type { ImageFailure } from '../../kernel/images/read-image.ts';
import type { Caching } from '../../kernel/images/send-file.ts';
import type { Thumbnail, ThumbnailSpec } from '../../kernel/images/thumbnails/thumbnail.ts';
import type { ThumbnailAnswer, ThumbnailStore } from '../../kernel/images/thumbnails/thumbnail-store.ts';
import { createBatch } from '../../kernel/jobs/batch.ts';
import type { Log } from '../../kernel/log.ts';
import { type OpenFile, openRegularFile } from '../../kernel/storage/open-file.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { InspectionRef } from '../model.ts';
import type { RootLocations } from '../watching/root-locations.ts';
import { type ImageOutcome, recordOutcomes } from './record-outcomes.ts';

/** How long a failure is cached before the file is examined again. */
const failurePauseMs = 60_000;
const writingPauseMs = 2_000;
const maxRememberedFailures = 2_000;
const maxRememberedSizes = 2_000;
/** Most images tracked while they are being written; further ones are retried on their next request. */
const maxWaiting = 500;
const outcomeBatch = { maxItems: 200, maxDelayMs: 100, maxPending: 2_000 };

export type ImageWish = {
  /** Low priority: no viewer is waiting for it. */
  ahead?: boolean;
  /** Retries even if it failed a moment ago. */
  again?: boolean;
};

/** Images of inspections, for viewers. Records which are unreadable, and which have become readable again. */
export type InspectionImages = {
  /** A thumbnail from memory, by its address alone, without access to the database or the disk. */
  recall(id: number, revision: number, spec: ThumbnailSpec): Thumbnail | undefined;
  thumbnail(inspection: InspectionRef, spec: ThumbnailSpec, wish?: ImageWish): Promise<ThumbnailAnswer>;
  /** The original file, which the caller must close, and how long clients may cache it. */
  open(inspection: InspectionRef): Promise<(OpenFile & { caching: Caching }) | ImageFailure>;
  /** Width and height as shown; null where they cannot be read. */
  readPixels(inspection: InspectionRef): Promise<PixelSize | null>;
  /** What the thumbnails of images are kept under, in each of their contents. */
  thumbnailKeys(images: readonly { id: number; revision: number }[]): Promise<string[]>;
  /** Images for which viewers got a placeholder, because the file was still being written. */
  listWaiting(): number[];
  /** Clears the cached failures: another process may have read those images since. */
  forgetFailures(): void;
  /** Resolves when all outcomes so far are in the database. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

export function createInspectionImages(options: {
  db: Db;
  store: ThumbnailStore;
  findLocation: RootLocations['find'];
  /** Short name of the own site; nothing is recorded about images of other sites. */
  site: string;
  clock: Clock;
  log: Log;
  /** An image became unreadable, readable, or has a new address. */
  onChanged: () => void;
  /** The file is not as it was recorded: it has grown, or was overwritten. */
  onOutgrown: (inspection: InspectionRef) => void;
}): InspectionImages {
  const { db, store, clock, log } = options;
  const { inspections: table } = db.tables;
  const selectFacts = prepared((value: Placeholders<{ id: number }>) =>
    db.read
      .select({ sizeBytes: table.sizeBytes, modifiedAt: table.modifiedAt })
      .from(table)
      .where(eq(table.id, value.id)),
  );
  const failures = createGrowingCache<string, { at: number; failure: ImageFailure }>({
    max: maxRememberedFailures,
  });
  const sizes = createGrowingCache<string, PixelSize>({ max: maxRememberedSizes });
  const waiting = new Set<number>();
  const outcomes = createBatch<ImageOutcome>({
    ...outcomeBatch,
    flush: async (items) => {
      if (await recordOutcomes(db, items)) options.onChanged();
    },
    onError: (err) => log.error({ err }, 'Outcomes of reading images cannot be saved yet'),
  });
  let instance: string | undefined;

  async function locate(inspection: InspectionRef): Promise<LocatedImage | ImageFailure> {
    const location = await options.findLocation(inspection.rootId);
    if (location === undefined) return notWatched;
    if (location.kind === 'elsewhere') return elsewhere;
    if (location.isAhead) return beingWritten;
    const located = await locateImage(location.path, inspection.path, location.linksTo);
    if (location.kind === 'shared')
      return located.ok && (await isRecorded(inspection.id, located)) ? located : elsewhere;
    if (!located.ok) return located;
    const { sizeBytes } = inspection;
    if (sizeBytes !== null && sizeBytes !== located.sizeBytes) options.onOutgrown(inspection);
    return (await isBeingWritten(located, { sizeBytes, now: clock.now() })) ? beingWritten : located;
  }

  /** A file at another site's path is that site's image only if its size and time are the recorded ones. */
  async function isRecorded(id: number, { sizeBytes, modifiedAt }: LocatedImage): Promise<boolean> {
    const [row] = await selectFacts({ id });
    return row?.sizeBytes === sizeBytes && row.modifiedAt === modifiedAt;
  }

  function recentFailure(address: string): ImageFailure | undefined {
    const remembered = failures.get(address);
    if (!remembered) return undefined;
    const pauseMs = remembered.failure.reason === 'incomplete' ? writingPauseMs : failurePauseMs;
    return clock.now() - remembered.at < pauseMs ? remembered.failure : undefined;
  }

  function noteReadable(inspection: InspectionRef, located: LocatedImage | undefined): void {
    const { id, stationId, sizeBytes } = inspection;
    failures.delete(addressOf(inspection));
    const facts = located && sizeBytes === null ? pickFacts(located) : undefined;
    const reload = waiting.delete(id);
    outcomes.add({ inspectionId: id, stationId, at: clock.now(), reason: null, reload, facts });
  }

  /** Missing files and folders are left to the scanner: they do not make an image unreadable. */
  function noteFailure(inspection: InspectionRef, failure: ImageFailure): void {
    if (failure.reason === 'missing' || failure.reason === 'offline' || failure.reason === 'elsewhere')
      return;
    failures.set(addressOf(inspection), { at: clock.now(), failure });
    if (failure.reason !== 'incomplete') {
      waiting.delete(inspection.id);
      const { id: inspectionId, stationId } = inspection;
      outcomes.add({ inspectionId, stationId, at: clock.now(), reason: failure.reason });
      log.warn(
        { path: inspection.path, reason: failure.reason },
        `An image cannot be read: ${failure.message}`,
      );
    } else if (waiting.size < maxWaiting) waiting.add(inspection.id);
  }

  async function thumbnail(
    inspection: InspectionRef,
    spec: ThumbnailSpec,
    { ahead = false, again = false }: ImageWish = {},
  ): Promise<ThumbnailAnswer> {
    const failed = again ? undefined : recentFailure(addressOf(inspection));
    if (failed) return failed;
    instance ??= await readInstance(db);
    let looked: LocatedImage | ImageFailure | undefined;
    const request = {
      key: `${instance}/${addressOf(inspection)}`,
      spec,
      redraw: again,
      locate: async () => {
        looked = await locate(inspection);
        return looked;
      },
    };
    const answer = await (ahead ? store.makeAhead(request) : store.get(request));
    if (inspection.site !== options.site) return answer;
    if (!looked || (!answer.ok && answer.reason === 'busy')) return answer;
    if (answer.ok) noteReadable(inspection, looked.ok ? looked : undefined);
    else noteFailure(inspection, answer);
    return answer;
  }

  async function open(inspection: InspectionRef): Promise<(OpenFile & { caching: Caching }) | ImageFailure> {
    const located = await locate(inspection);
    if (!located.ok && located.reason === 'incomplete') noteFailure(inspection, located);
    if (!located.ok) return located;
    const opened = await openRegularFile(located.realPath, located.root);
    if (!opened.ok) return opened;
    // Overwritten, but not scanned yet: the address will change in a moment.
    return { ...opened, caching: opened.sizeBytes === inspection.sizeBytes ? 'immutable' : 'revalidate' };
  }

  async function readPixels(inspection: InspectionRef): Promise<PixelSize | null> {
    const remembered = sizes.get(addressOf(inspection));
    if (remembered) return remembered;
    const located = await locate(inspection);
    const size = located.ok ? await readPixelSize(located.realPath, located.root) : undefined;
    if (size) sizes.set(addressOf(inspection), size);
    return size ?? null;
  }

  return {
    recall: (id, revision, spec) =>
      instance === undefined ? undefined : store.recall(`${instance}/${addressOf({ id, revision })}`, spec),
    thumbnail,
    open,
    readPixels,
    async thumbnailKeys(images) {
      instance ??= await readInstance(db);
      return images.flatMap(({ id, revision }) =>
        Array.from({ length: revision + 1 }, (_, at) => `${instance}/${addressOf({ id, revision: at })}`),
      );
    },
    listWaiting: () => [...waiting],
    forgetFailures: () => failures.clear(),
    flush: outcomes.flush,
    stop: outcomes.stop,
  };
}

const elsewhere: ImageFailure = {
  ok: false,
  reason: 'elsewhere',
  message: 'it is kept at another site, whose folder cannot be read from here',
};

function addressOf({ id, revision }: { id: number; revision: number }): string {
  return `${id}/${revision}`;
}

function pickFacts({ sizeBytes, modifiedAt }: LocatedImage): { sizeBytes: number; modifiedAt: number } {
  return { sizeBytes, modifiedAt };
}

/**
 * Identifies this database in thumbnail keys: image ids restart in a new database, while the thumbnail folder may still
 * hold other images under the same ids.
 */
async function readInstance(db: Db): Promise<string> {
  const { roots } = db.tables;
  const [row] = await db.read.select({ createdAt: min(roots.createdAt) }).from(roots);
  return String(row?.createdAt ?? 'none');
}
