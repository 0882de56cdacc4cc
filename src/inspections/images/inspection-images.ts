import { eq, min } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
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

/** How long a failure is answered again without another look at the file. */
const failurePauseMs = 60_000;
const writingPauseMs = 2_000;
const maxRememberedFailures = 2_000;
const maxRememberedSizes = 2_000;
/** Files somebody is writing at the same time; of more than these, the next look tells. */
const maxWaiting = 500;
const outcomeBatch = { maxItems: 200, maxDelayMs: 100, maxPending: 2_000 };

export type ImageWish = {
  /** Not for a viewer: when there is time. */
  ahead?: boolean;
  /** Although it failed a moment ago. */
  again?: boolean;
};

/** Images of inspections as viewers get them; what turns out unreadable is recorded, and recorded again when it is well. */
export type InspectionImages = {
  /** A thumbnail that is in memory, for the address alone: no question to the database or the disk. */
  recall(id: number, revision: number, spec: ThumbnailSpec): Thumbnail | undefined;
  thumbnail(inspection: InspectionRef, spec: ThumbnailSpec, wish?: ImageWish): Promise<ThumbnailAnswer>;
  /** The file itself, to be closed by the caller, and how long viewers may keep it. */
  open(inspection: InspectionRef): Promise<(OpenFile & { caching: Caching }) | ImageFailure>;
  /** Width and height as shown; null where they cannot be read. */
  readPixels(inspection: InspectionRef): Promise<PixelSize | null>;
  /** Images of which a viewer saw a stand-in because somebody was writing them. */
  listWaiting(): number[];
  /** Forgets what failed a moment ago: another process has looked, too, and may have had more luck. */
  forgetFailures(): void;
  /** Resolves when everything learnt so far is in the database. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

export function createInspectionImages(options: {
  db: Db;
  store: ThumbnailStore;
  findLocation: RootLocations['find'];
  /** Short name of the own site: of images of others nothing is recorded. */
  site: string;
  clock: Clock;
  log: Log;
  /** An image became unreadable, readable, or has a new address. */
  onChanged: () => void;
}): InspectionImages {
  const { db, store, clock, log } = options;
  const { inspections: table } = db.tables;
  const selectFacts = prepared((value: Placeholders<{ id: number }>) =>
    db.read
      .select({ sizeBytes: table.sizeBytes, modifiedAt: table.modifiedAt })
      .from(table)
      .where(eq(table.id, value.id)),
  );
  const failures = new LRUCache<string, { at: number; failure: ImageFailure }>({
    max: maxRememberedFailures,
  });
  const sizes = new LRUCache<string, PixelSize>({ max: maxRememberedSizes });
  const waiting = new Set<number>();
  const outcomes = createBatch<ImageOutcome>({
    ...outcomeBatch,
    flush: async (items) => {
      if (await recordOutcomes(db, items)) options.onChanged();
    },
    onError: (err) => log.error({ err }, 'What is known of unreadable images could not be saved yet'),
  });
  let instance: string | undefined;

  async function locate(inspection: InspectionRef): Promise<LocatedImage | ImageFailure> {
    const location = await options.findLocation(inspection.rootId);
    if (location === undefined) return notWatched;
    if (location.kind === 'elsewhere') return elsewhere;
    const located = await locateImage(location.path, inspection.path);
    if (location.kind === 'shared')
      return located.ok && (await isRecorded(inspection.id, located)) ? located : elsewhere;
    if (!located.ok) return located;
    const known = { knownSizeBytes: inspection.sizeBytes, now: clock.now() };
    return (await isBeingWritten(located, known)) ? beingWritten : located;
  }

  /** A file at another site's path is that site's only when it is the very one that was recorded there. */
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
    const { id, sizeBytes } = inspection;
    failures.delete(addressOf(inspection));
    const facts = located && sizeBytes === null ? pickFacts(located) : undefined;
    const reload = waiting.delete(id);
    outcomes.add({ inspectionId: id, at: clock.now(), reason: null, reload, ...(facts && { facts }) });
  }

  /** That a file or its folder is gone the scanner finds out; the image itself may be all right. */
  function noteFailure(inspection: InspectionRef, failure: ImageFailure): void {
    if (failure.reason === 'missing' || failure.reason === 'offline' || failure.reason === 'elsewhere')
      return;
    failures.set(addressOf(inspection), { at: clock.now(), failure });
    if (failure.reason !== 'incomplete') {
      waiting.delete(inspection.id);
      outcomes.add({ inspectionId: inspection.id, at: clock.now(), reason: failure.reason });
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
      anew: again,
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
    // Written over, but the scanner has not been there: the address will change in a moment.
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
 * Tells this database from one that stood here before: the numbers of images begin anew in it, and thumbnails of other
 * images may still lie there under the same numbers.
 */
async function readInstance(db: Db): Promise<string> {
  const { roots } = db.tables;
  const [row] = await db.read.select({ createdAt: min(roots.createdAt) }).from(roots);
  return String(row?.createdAt ?? 'none');
}
