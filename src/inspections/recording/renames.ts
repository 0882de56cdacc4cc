import { and, eq, gte, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { createGrowingCache } from '../../kernel/growing-cache.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders, KnownFolder } from './folders.ts';
import type { FoundImage } from './found-images.ts';
import type { ImageLane } from './insert-inspections.ts';
import { applyToRollUps } from './roll-ups.ts';
import type { InspectionRow } from './settle-known.ts';

/** Files whose number on the disk is remembered: those of some hours on a fast line. */
const maxRemembered = 50_000;
/** Without a number on the disk, a file found this long before its twin went away is not what the twin was renamed to. */
const twinWindowMs = 15 * minuteMs;

/** Whether a file is certainly gone: false while its folder or share cannot be asked. */
export type IsGone = (folder: Pick<KnownFolder, 'rootId' | 'path'>, name: string) => Promise<boolean>;

export type RenameParts = { db: Db; folders: Folders; clock: Clock; isGone: IsGone };

export type RenameOutcome = 'rejudged' | 'reread';

type FileRef = { directoryId: number; name: string };
/** `unitName` is what the name says apart from the verdict. */
type Identity = FileRef & Content & { unitName: string };
type Content = { sizeBytes: number | null; modifiedAt: number | null };

/**
 * Recognises renamed files, so that an image stays one image: an old file that is gone and a new one with the same number
 * on the disk, and with the same size and time or the same unit in its name. Where the disk gives no numbers, or a sweep took the new file by its name alone: a new file of
 * the same unit with another verdict. Only within one station, unless its whole
 * folder moved: a single file that moves to another is counted there as well.
 *
 * Numbers alone would not do: file systems give the number of a deleted file to the next new one.
 */
export type Renames = {
  /** Gives each renamed file the row of its old name; `others` are the files that are not recognised as renamed. */
  takeOver(
    folder: KnownFolder,
    lane: ImageLane,
    files: readonly FoundImage[],
  ): Promise<{ outcomes: RenameOutcome[]; others: FoundImage[] }>;
  /** To be called for each file that has a row now. */
  remember(folder: KnownFolder, lane: ImageLane, file: FoundImage): void;
  /**
   * Of rows whose files are gone, joins each with the row of its new name, if that was recorded first. Returns the outcomes.
   */
  joinGone(folder: KnownFolder, gone: readonly InspectionRow[]): Promise<RenameOutcome[]>;
};

export function createRenames({ db, folders, clock, isGone }: RenameParts): Renames {
  const { inspections, badImages } = db.tables;
  const byInode = createGrowingCache<string, Identity>({ max: maxRemembered });
  /** Rows of files that are gone and had no number on the disk, by unit. */
  const goneByUnit = createGrowingCache<string, FileRef>({ max: maxRemembered, ttl: twinWindowMs });

  const hadRowsById = new Map<number, boolean>();

  const inodeKey = (rootId: number, inode: number) => `${rootId}:${inode}`;
  const isSameFile = (a: FileRef, b: FileRef) => a.directoryId === b.directoryId && a.name === b.name;
  const isSameUnit = (a: string, b: string) => a !== '' && a === b;
  const isSameContent = (a: Content, b: Content) =>
    a.sizeBytes === b.sizeBytes && a.modifiedAt === b.modifiedAt;

  /** Two rows of one file: it was renamed back while the name it had for a moment was on its way to be recorded. */
  const isOneFile = (a: InspectionRow, b: InspectionRow) =>
    a.inode !== null && a.inode === b.inode && isSameContent(a, b);

  function findOldName(folder: KnownFolder, lane: ImageLane, file: FoundImage): FileRef | undefined {
    const self = { directoryId: folder.id, name: file.name };
    const known = file.inode === null ? undefined : byInode.get(inodeKey(folder.rootId, file.inode));
    const isSame =
      known && (isSameContent(known, file) || isSameUnit(known.unitName, unitNameOf({ ...lane, ...file })));
    if (known && isSame && !isSameFile(known, self)) return known;
    if (goneByUnit.size === 0 || file.verdict === null) return undefined;
    const twin = goneByUnit.get(nameKeyOf({ ...lane, ...file, verdict: otherVerdict(file.verdict) }));
    return twin && !isSameFile(twin, self) ? twin : undefined;
  }

  async function takeOver(folder: KnownFolder, lane: ImageLane, files: readonly FoundImage[]) {
    const before = folders.predecessorOf(folder);
    const twins = groupByName(await findEarlierTwins(lane, files));
    const outcomes: RenameOutcome[] = [];
    const others: FoundImage[] = [];
    for (const file of files) {
      const old =
        findOldName(folder, lane, file) ??
        twinsOf({ ...lane, ...file }, twins).find((twin) => !isSameFile(twin, { ...lane, name: file.name }));
      const outcome =
        (before && (await takeOverRow(lane, file, { directoryId: before.id, name: file.name }, true))) ??
        (old && (await takeOverRow(lane, file, old)));
      if (outcome) outcomes.push(outcome);
      else others.push(file);
    }
    return { outcomes, others };
  }

  async function takeOverRow(
    lane: ImageLane,
    file: FoundImage,
    old: FileRef,
    mayChangeStation = false,
  ): Promise<RenameOutcome | undefined> {
    if (!(await isGone(folders.get(old.directoryId), old.name))) return undefined;
    return db.tx(async (q) => {
      const row = await findRow(q, old);
      const isTaken = (await findRow(q, { ...lane, name: file.name })) !== undefined;
      if (!row || isTaken || (row.stationId !== lane.stationId && !mayChangeStation)) return undefined;
      return giveRow(q, row, lane, file);
    });
  }

  /** Whether a folder held images before this process: one that is swept for the first time holds no new names of them. */
  async function hadRows(directoryId: number): Promise<boolean> {
    const known = hadRowsById.get(directoryId);
    if (known !== undefined) return known;
    const rows = await db.read
      .select({ id: inspections.id })
      .from(inspections)
      .where(eq(inspections.directoryId, directoryId))
      .limit(1);
    hadRowsById.set(directoryId, rows.length > 0);
    return rows.length > 0;
  }

  /**
   * Rows of the same second and station as these files, where a file may be a new name of an old one. An image that was
   * deleted a while ago is none: what is found now beside it is another one.
   */
  async function findEarlierTwins(
    { directoryId, stationId, partId }: ImageLane,
    files: readonly FoundImage[],
  ): Promise<InspectionRow[]> {
    if (!(await hadRows(directoryId))) return [];
    return findNamed(
      files,
      and(
        eq(inspections.stationId, stationId),
        eq(inspections.partId, partId),
        or(isNull(inspections.missingAt), gte(inspections.missingAt, clock.now() - twinWindowMs)),
        isNull(inspections.clearedAt),
      ),
    );
  }

  /** Rows whose names say the same second as those of images with a verdict, believed or not. */
  async function findNamed(
    images: readonly Pick<InspectionRow, 'verdict' | 'capturedAt' | 'namedAt'>[],
    which: SQL | undefined,
  ): Promise<InspectionRow[]> {
    const judged = images.filter(({ verdict }) => verdict !== null);
    const times = [...new Set(judged.map(({ capturedAt, namedAt }) => namedAt ?? capturedAt))];
    if (times.length === 0) return [];
    // One query for both would read all images of the station on some databases.
    const found = await Promise.all(
      [inspections.capturedAt, inspections.namedAt].map((time) =>
        db.read
          .select()
          .from(inspections)
          .where(and(which, inArray(time, times))),
      ),
    );
    return found.flat();
  }

  async function findRow(q: Queryable, { directoryId, name }: FileRef): Promise<InspectionRow | undefined> {
    const [row] = await q
      .select()
      .from(inspections)
      .where(and(eq(inspections.directoryId, directoryId), eq(inspections.name, name)));
    return row;
  }

  /** Writes the facts of a file into the row of its old name. */
  async function giveRow(
    q: Queryable,
    row: InspectionRow,
    { directoryId, stationId, partId }: ImageLane,
    file: FileFacts,
  ): Promise<RenameOutcome> {
    const isRejudged = row.verdict !== null && file.verdict !== null && row.verdict !== file.verdict;
    // A name that is not believed says nothing new about when the image was found.
    const isSameClaim = file.namedAt !== null && file.namedAt === row.namedAt;
    const now: InspectionRow = {
      ...row,
      directoryId,
      stationId,
      partId,
      name: file.name,
      capturedAt: isSameClaim ? row.capturedAt : file.capturedAt,
      namedAt: file.namedAt,
      verdict: file.verdict,
      word: file.word,
      sequence: file.sequence,
      view: file.view,
      unit: file.unit,
      sizeBytes: file.sizeBytes,
      modifiedAt: file.modifiedAt,
      inode: file.inode,
      missingAt: null,
      clearedAt: null,
      revision: row.revision + 1,
      previousVerdict: isRejudged ? row.verdict : row.previousVerdict,
      rejudgedAt: isRejudged ? clock.now() : row.rejudgedAt,
    };
    const { id, stationId: _station, foundAt: _found, ...changes } = now;
    if (stationId === row.stationId) await q.update(inspections).set(changes).where(eq(inspections.id, id));
    else {
      // The station of a row is never set: the row is written again under its id.
      await q.delete(badImages).where(eq(badImages.inspectionId, id));
      await q.delete(inspections).where(eq(inspections.id, id));
      await q.insert(inspections).values(now);
    }
    await applyToRollUps(db, q, [{ before: row, after: now }]);
    return isRejudged ? 'rejudged' : 'reread';
  }

  async function joinGone(folder: KnownFolder, gone: readonly InspectionRow[]): Promise<RenameOutcome[]> {
    const twins = groupByName(await findTwins(gone));
    const outcomes: RenameOutcome[] = [];
    for (const row of gone) {
      const known = row.inode === null ? undefined : byInode.get(inodeKey(folder.rootId, row.inode));
      const isSame = known && (isSameContent(known, row) || isSameUnit(known.unitName, unitNameOf(row)));
      const isRenamed = isSame && !isSameFile(known, row);
      const successor = isRenamed
        ? known
        : twinsOf(row, twins).find(
            (twin) => twin.id !== row.id && (twin.foundAt > row.foundAt || isOneFile(twin, row)),
          );
      const outcome = successor && (await join(row, successor));
      if (outcome) outcomes.push(outcome);
      else if (row.inode === null && row.verdict !== null) goneByUnit.set(nameKeyOf(row), row);
    }
    return outcomes;
  }

  /** Rows of the same second and station as these, found lately. */
  async function findTwins(gone: readonly InspectionRow[]): Promise<InspectionRow[]> {
    const [first] = gone;
    if (!first) return [];
    const rows = await findNamed(
      gone,
      and(
        eq(inspections.stationId, first.stationId),
        inArray(inspections.partId, [...new Set(gone.map(({ partId }) => partId))]),
        isNull(inspections.missingAt),
      ),
    );
    const since = clock.now() - twinWindowMs;
    return rows.filter(({ foundAt }) => foundAt >= since);
  }

  /** Leaves one row of the two, that which was there first and keeps its address, with what the file that exists says. */
  async function join(gone: InspectionRow, successor: FileRef): Promise<RenameOutcome | undefined> {
    return db.tx(async (q) => {
      const row = await findRow(q, gone);
      const taken = await findRow(q, successor);
      if (!row || !taken || row.missingAt === null || row.stationId !== taken.stationId) return undefined;
      const isEarlier = (row.foundAt - taken.foundAt || row.id - taken.id) < 0;
      const [first, second] = isEarlier ? [row, taken] : [taken, row];
      await q.delete(badImages).where(eq(badImages.inspectionId, second.id));
      await q.delete(inspections).where(eq(inspections.id, second.id));
      await applyToRollUps(db, q, [{ before: second }]);
      return first === row ? giveRow(q, row, taken, taken) : 'reread';
    });
  }

  return {
    takeOver,
    remember: (folder, lane, file) => {
      const { name, inode, sizeBytes, modifiedAt } = file;
      if (inode === null) return;
      const unitName = unitNameOf({ ...lane, ...file });
      byInode.set(inodeKey(folder.rootId, inode), {
        directoryId: folder.id,
        name,
        sizeBytes,
        modifiedAt,
        unitName,
      });
    },
    joinGone,
  };
}

/** What a row takes over from a file. */
type FileFacts = Pick<
  InspectionRow,
  | 'name'
  | 'capturedAt'
  | 'namedAt'
  | 'verdict'
  | 'word'
  | 'sequence'
  | 'view'
  | 'unit'
  | 'sizeBytes'
  | 'modifiedAt'
  | 'inode'
>;

type NamedImage = Pick<
  InspectionRow,
  'stationId' | 'partId' | 'capturedAt' | 'namedAt' | 'sequence' | 'view' | 'unit' | 'verdict'
>;

function groupByName(rows: readonly InspectionRow[]): Map<string, InspectionRow[]> {
  return Map.groupBy(rows, nameKeyOf);
}

/** Of these rows, those of the same unit with the other verdict whose numbers on the disk do not deny it. */
function twinsOf(
  image: NamedImage & { inode: number | null },
  byName: ReadonlyMap<string, InspectionRow[]>,
): InspectionRow[] {
  if (image.verdict === null || byName.size === 0) return [];
  const rows = byName.get(nameKeyOf({ ...image, verdict: otherVerdict(image.verdict) })) ?? [];
  return rows.filter(({ inode }) => inode === null || image.inode === null || inode === image.inode);
}

/** What the name of an image says apart from the verdict; what says nothing is never the same. */
function unitNameOf(image: NamedImage): string {
  return image.verdict === null ? '' : nameKeyOf({ ...image, verdict: null });
}

/** An image by what its name says, the verdict included. */
function nameKeyOf(image: NamedImage): string {
  const { stationId, partId, capturedAt, namedAt, sequence, view, unit, verdict } = image;
  return [stationId, partId, namedAt ?? capturedAt, sequence, view, unit, verdict].join('\0');
}

function otherVerdict(verdict: 'OK' | 'NG'): 'OK' | 'NG' {
  return verdict === 'OK' ? 'NG' : 'OK';
}
