import {
  and,
  asc,
  count,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  max,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Direction, Keyset } from '../../kernel/db/keyset.ts';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { AppError } from '../../kernel/errors.ts';
import { mapFairly } from '../../kernel/jobs/map-fairly.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { PlantNames } from '../../plant/names.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { Sites } from '../../plant/sites.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Verdict } from '../../plant/yield.ts';
import type { Db } from '../../schema/db.ts';
import type { BadImage, InspectionRef } from '../model.ts';
import type { Folders } from '../recording/folders.ts';
import { mergeLanes, type Page } from './merge-lanes.ts';
import { createNameQueries, maxNamesakes, type Namesakes, verdictOfRow } from './name-queries.ts';

/** Which inspections a list shows. `window` is half-open; without a station, all stations of one site or of all are merged. */
export type ListFilter = {
  siteId?: number;
  stationId?: number;
  partId?: number;
  verdict?: Verdict | 'unmatched' | 'undecided';
  window?: Partial<TimeWindow>;
  /** COUNT of the name. */
  sequence?: number | undefined;
  /** The beginning of the file name, which at most `maxNamesakes` images may have. */
  name?: string | undefined;
};

/** Most images of one unit that are read. */
const maxViews = 50;

/** Most images of one station, model and second whose folders are noted. */
const maxPerSecond = 100;

/** Longest list that one query returns. */
export const maxPageItems = 500;

export type InspectionQueries = {
  find(id: number): Promise<InspectionRef | undefined>;
  findByFile(rootId: number, folderPath: string, name: string): Promise<InspectionRef | undefined>;
  /**
   * Newest first with 'older', oldest first with 'newer'; `from` itself is excluded.
   *
   * @throws AppError 'invalid' when more than `maxNamesakes` names begin as `filter.name` does.
   */
  list(
    filter: ListFilter,
    page: { limit: number; from?: Keyset; direction?: Direction },
  ): Promise<InspectionRef[]>;
  /** Other images of the unit that an image shows a view of, by view; empty for a unit of one image. */
  listOtherViews(inspection: InspectionRef): Promise<InspectionRef[]>;
  /**
   * The newest images whose file names begin so, and how many do, counted up to one more than `maxNamesakes`; with more
   * than that no image.
   */
  findNamed(
    beginning: string,
    filter: Pick<ListFilter, 'stationId' | 'partId'>,
    limit: number,
  ): Promise<{ images: InspectionRef[]; total: number }>;
  /** Capture time of a station's newest image; undefined if it never had one. */
  findLastSeenAt(stationId: number): Promise<number | undefined>;
  /** Why images cannot be read, by id; readable ones are left out. */
  listBadReasons(ids: readonly number[]): Promise<Map<number, string>>;
  findBadImage(inspection: InspectionRef): Promise<BadImage | undefined>;
  /** Unreadable images of one site, or of all. */
  listBadImages(
    limit: number,
    filter?: { siteId?: number },
  ): Promise<{ images: BadImage[]; totalCount: number }>;
};

type InspectionRow = Db['tables']['inspections']['$inferSelect'];

type Lane = { stationId: number; partId: number | undefined };
/** A stretch of one lane, which starts after the keyset `capturedAt` and `id`. */
type LaneStretch = Lane & Partial<TimeWindow & Keyset> & { limit: number };

export function createInspectionQueries(
  db: Db,
  { sites, names, folders }: { sites: Sites; names: PlantNames; folders: Folders },
): InspectionQueries {
  const { inspections, badImages } = db.tables;
  const isOfSite = createSiteCondition(db);
  const named = createNameQueries(db, { folders, foldersByTime });

  /** Rows may belong to stations and folders that another process has just added. */
  async function toRefs(rows: readonly (typeof inspections.$inferSelect)[]): Promise<InspectionRef[]> {
    await folders.ensureKnown(rows);
    return rows.map(toRef);
  }

  function toRef(row: typeof inspections.$inferSelect): InspectionRef {
    const { id, revision, stationId, directoryId, partId, name, capturedAt, namedAt, foundAt } = row;
    const { verdict, word, sequence, view, unit, sizeBytes } = row;
    const { missingAt, clearedAt, rejudgedAt, previousVerdict } = row;
    const { path, rootId } = folders.get(directoryId);
    return {
      id,
      revision,
      stationId,
      name,
      capturedAt,
      namedAt,
      foundAt,
      verdict,
      word,
      sequence,
      view,
      unit,
      sizeBytes,
      missingAt,
      clearedAt,
      rejudgedAt,
      previousVerdict,
      site: sites.get(names.siteIdOf(stationId))?.name ?? sites.own.name,
      station: names.stationName(stationId),
      part: names.partName(partId),
      rootId,
      path: path === '' ? row.name : `${path}/${row.name}`,
    };
  }

  /**
   * The index lanes that a list is merged from: one a station for a COUNT and for NG and unmatched images, which have
   * their own indexes, else one a station and part, from the index of units. A further index of station and time would be a fifth of the
   * cost of every insert.
   */
  function lanesOf({ siteId, stationId, partId, verdict, sequence }: ListFilter): Lane[] {
    const stationIds =
      stationId === undefined ? names.listStationRows(siteId).map(({ id }) => id) : names.groupOf(stationId);
    const isIndexed = sequence !== undefined || (verdict !== undefined && verdict !== 'OK');
    if (isIndexed) return stationIds.map((id) => ({ stationId: id, partId }));
    return stationIds.flatMap((id) =>
      (partId === undefined ? folders.partsOf(id) : [partId]).map((part) => ({
        stationId: id,
        partId: part,
      })),
    );
  }

  /** The part of a lane that a page begins in: its window, behind the row it continues from. */
  function stretchOf(
    { startAt, endAt, capturedAt, id }: Placeholders<LaneStretch>,
    direction: Page['direction'],
  ) {
    const keyset = sql`(${inspections.capturedAt}, ${inspections.id})`;
    const isBehind = direction === 'older' ? sql`<` : sql`>`;
    return [
      startAt && gte(inspections.capturedAt, startAt),
      endAt && lt(inspections.capturedAt, endAt),
      capturedAt && sql`${keyset} ${isBehind} (${capturedAt}, ${id})`,
    ];
  }

  function orderOf(direction: Page['direction']) {
    const by = direction === 'older' ? desc : asc;
    return [by(inspections.capturedAt), by(inspections.id)];
  }

  const selectLane = prepared(
    (
      value: Placeholders<LaneStretch>,
      { verdict, direction }: Pick<ListFilter, 'verdict'> & Pick<Page, 'direction'>,
    ) => {
      return db.read
        .select()
        .from(inspections)
        .where(
          and(
            eq(inspections.stationId, value.stationId),
            value.partId && eq(inspections.partId, value.partId),
            verdictIs(verdict),
            ...stretchOf(value, direction),
          ),
        )
        .orderBy(...orderOf(direction))
        .limit(value.limit);
    },
  );

  /** Its own query, because a part or a verdict would lead SQLite to an index without the COUNT. */
  const selectCountLane = prepared(
    (
      value: Placeholders<LaneStretch & { sequence: number }>,
      { verdict, direction }: Pick<ListFilter, 'verdict'> & Pick<Page, 'direction'>,
    ) => {
      return db.read
        .select()
        .from(inspections)
        .where(
          and(
            eq(inspections.stationId, value.stationId),
            eq(inspections.sequence, value.sequence),
            value.partId && sql`+${inspections.partId} = ${value.partId}`,
            verdictOfRow(inspections, verdict),
            ...stretchOf(value, direction),
          ),
        )
        .orderBy(...orderOf(direction))
        .limit(value.limit);
    },
  );

  function listLane(lane: Lane, { verdict, window, sequence }: ListFilter, { limit, from, direction }: Page) {
    const { startAt, endAt } = window ?? {};
    const stretch = { ...lane, startAt, endAt, capturedAt: from?.capturedAt, id: from?.id, limit };
    if (sequence !== undefined) return selectCountLane({ ...stretch, sequence }, { verdict, direction });
    return selectLane(stretch, { verdict, direction });
  }

  /** Of images that carry a time too far ahead, which count for when they were found. */
  const selectNamedAt = prepared((value: Placeholders<{ stationId: number; limit: number } & TimeWindow>) =>
    db.read
      .select({ directoryId: inspections.directoryId })
      .from(inspections)
      .where(
        and(
          eq(inspections.stationId, value.stationId),
          gte(inspections.namedAt, value.startAt),
          lt(inspections.namedAt, value.endAt),
        ),
      )
      .limit(value.limit),
  );

  async function foldersByTime(beginning: string): Promise<number[]> {
    const ids = new Set<number>();
    const page = { limit: maxPerSecond, direction: 'older' as const };
    const clocks = new Set(sites.list().map(({ id }) => sites.wallClockOf(id)));
    for (const startAt of secondsNamed(beginning, clocks)) {
      const window = { startAt, endAt: startAt + 1_000 };
      await mapFairly(lanesOf({}), async (lane) => {
        for (const row of await listLane(lane, { window }, page)) ids.add(row.directoryId);
      });
      await mapFairly(names.listStationRows(), async ({ id }) => {
        for (const row of await selectNamedAt({ stationId: id, ...window, limit: maxPerSecond }))
          ids.add(row.directoryId);
      });
    }
    return [...ids];
  }

  function listNamed(found: Namesakes, filter: ListFilter, page: Page): Promise<InspectionRow[]> {
    const { siteId, stationId, partId, sequence, verdict, window } = filter;
    const stationIds = stationId === undefined ? undefined : names.groupOf(stationId);
    return named.list(found, { siteId, stationIds, partId, sequence, verdict, ...window }, page);
  }

  function verdictIs(verdict: ListFilter['verdict']): SQL | undefined {
    if (verdict === undefined) return undefined;
    // Literals, so that the partial indexes of NG and unmatched images apply.
    if (verdict === 'NG') return sql`${inspections.verdict} = 'NG'`;
    if (verdict === 'OK') return eq(inspections.verdict, verdict);
    const isWord = verdict === 'undecided' ? isNotNull(inspections.word) : isNull(inspections.word);
    return and(isNull(inspections.verdict), isWord);
  }

  const selectUnit = prepared(
    (
      value: Placeholders<{ stationId: number; partId: number; key: number | string; limit: number }>,
      by: 'unit' | 'capturedAt' | 'namedAt',
    ) =>
      db.read
        .select()
        .from(inspections)
        .where(
          and(
            eq(inspections.stationId, value.stationId),
            eq(inspections.partId, value.partId),
            eq(inspections[by], value.key),
          ),
        )
        .limit(value.limit),
  );
  const selectById = prepared((value: Placeholders<{ id: number }>) =>
    db.read.select().from(inspections).where(eq(inspections.id, value.id)),
  );
  const selectByFile = prepared((value: Placeholders<{ directoryId: number; name: string }>) =>
    db.read
      .select()
      .from(inspections)
      .where(and(eq(inspections.directoryId, value.directoryId), eq(inspections.name, value.name))),
  );
  const selectNewest = prepared((value: Placeholders<{ stationId: number; partId: number }>) =>
    db.read
      .select({ capturedAt: max(inspections.capturedAt) })
      .from(inspections)
      .where(and(eq(inspections.stationId, value.stationId), eq(inspections.partId, value.partId))),
  );
  const selectBad = prepared((value: Placeholders<{ ids: readonly number[] }>) =>
    db.read.select().from(badImages).where(inArray(badImages.inspectionId, value.ids)),
  );
  const selectLatestBad = prepared((value: Placeholders<{ siteId?: number; limit: number }>) =>
    db.read
      .select()
      .from(badImages)
      .innerJoin(inspections, eq(inspections.id, badImages.inspectionId))
      .where(isOfSite(inspections.stationId, value.siteId))
      .orderBy(desc(badImages.failedAt))
      .limit(value.limit),
  );
  const countBad = prepared((value: Placeholders<{ siteId?: number }>) => {
    const counted = db.read.select({ total: count() }).from(badImages);
    const ofSite = isOfSite(inspections.stationId, value.siteId);
    return ofSite
      ? counted.innerJoin(inspections, eq(inspections.id, badImages.inspectionId)).where(ofSite)
      : counted;
  });

  return {
    async find(id) {
      const [row] = await selectById({ id });
      return row && (await toRefs([row]))[0];
    },

    async findByFile(rootId, folderPath, name) {
      const folder = folders.find(rootId, folderPath);
      if (!folder) return undefined;
      const [row] = await selectByFile({ directoryId: folder.id, name });
      return row && (await toRefs([row]))[0];
    },

    async list(filter, { limit, from, direction = 'older' }) {
      const page = { limit: Math.min(limit, maxPageItems), direction, ...(from ? { from } : {}) };
      if (filter.name === undefined)
        return toRefs(await mergeLanes(lanesOf(filter), page, (lane, part) => listLane(lane, filter, part)));
      const found = await named.find(filter.name);
      if (found.total > maxNamesakes) throw tooManyNamesakes(filter.name);
      return toRefs(await listNamed(found, filter, page));
    },

    async findNamed(beginning, filter, limit) {
      const found = await named.find(beginning);
      const { total } = found;
      if (total > maxNamesakes) return { images: [], total };
      const page = { limit: Math.min(limit, maxPageItems), direction: 'older' as const };
      return { images: await toRefs(await listNamed(found, filter, page)), total };
    },

    async listOtherViews({ id, stationId, part, capturedAt, namedAt, sequence, view, unit }) {
      const partId = names.findPartId(part);
      if (partId === undefined || (view === null && unit === null)) return [];
      const lane = { stationId, partId, limit: maxViews };
      const key = namedAt ?? capturedAt;
      const rows =
        unit === null
          ? [
              ...(await selectUnit({ ...lane, key }, 'capturedAt')),
              ...(await selectUnit({ ...lane, key }, 'namedAt')),
            ]
          : await selectUnit({ ...lane, key: unit }, 'unit');
      const isSame = (row: InspectionRow) =>
        unit !== null ||
        (row.view !== null &&
          row.unit === null &&
          row.sequence === sequence &&
          (row.namedAt ?? row.capturedAt) === key);
      const others = await toRefs(rows.filter((row) => row.id !== id && isSame(row)));
      return others.sort((a, b) => (a.view ?? '').localeCompare(b.view ?? '') || a.capturedAt - b.capturedAt);
    },

    async findLastSeenAt(stationId) {
      const lanes = names
        .groupOf(stationId)
        .flatMap((id) => folders.partsOf(id).map((partId) => ({ stationId: id, partId })));
      const newest = await Promise.all(lanes.map((lane) => selectNewest(lane)));
      const times = newest.flatMap(([row]) => row?.capturedAt ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    },

    async listBadReasons(ids) {
      if (ids.length === 0) return new Map();
      const rows = await selectBad({ ids });
      return new Map(rows.map((row) => [row.inspectionId, row.reason]));
    },

    async findBadImage(inspection) {
      const [row] = await selectBad({ ids: [inspection.id] });
      return row && { inspection, reason: row.reason, failedAt: row.failedAt, attempts: row.attempts };
    },

    async listBadImages(limit, { siteId } = {}) {
      const rows = await selectLatestBad({ siteId, limit: Math.min(limit, maxPageItems) });
      const [all] = await countBad({ siteId });
      const refs = await toRefs(rows.map(({ inspections: row }) => row));
      const images = rows.flatMap(({ bad_images: { reason, failedAt, attempts } }, i) => {
        const inspection = refs[i];
        return inspection ? [{ inspection, reason, failedAt, attempts }] : [];
      });
      return { images, totalCount: all?.total ?? 0 };
    },
  };
}

/** The seconds that date and time in a name may mean, epoch ms, by each clock. */
function secondsNamed(name: string, clocks: Iterable<WallClock>): Set<number> {
  const found = /(?<!\d)(\d{4})(\d\d)(\d\d)[-_T]?(\d\d)(\d\d)(\d\d)/.exec(name);
  const seconds = new Set<number>();
  if (!found) return seconds;
  const [, year, month, day, hour, minute, second] = found;
  for (const clock of clocks) {
    const at = clock.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
    const again = at === undefined ? undefined : clock.secondRunAt(at);
    for (const one of [at, again]) if (one !== undefined) seconds.add(one);
  }
  return seconds;
}

function tooManyNamesakes(name: string): AppError {
  return new AppError(
    'invalid',
    `More than ${maxNamesakes} file names begin with "${name.slice(0, 40)}". Give more of the name.`,
    { details: { field: 'name' } },
  );
}
