import { and, asc, count, desc, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Keyset } from '../../kernel/db/keyset.ts';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { beginningWith, type TextRange } from '../../kernel/db/text-range.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';
import type { Page } from './merge-lanes.ts';

/**
 * Most images of one beginning that a list is sorted from. Their names come from an index, but their times do not, so
 * that each page reads all of them.
 */
export const maxNamesakes = 5_000;

/** Which of the images whose names begin so are listed; every condition is optional. */
export type NamedFilter = Partial<TimeWindow> & {
  siteId?: number | undefined;
  /** The stations, not empty. */
  stationIds?: readonly number[] | undefined;
  partId?: number | undefined;
  sequence?: number | undefined;
  verdict?: 'OK' | 'NG' | 'unmatched' | 'undecided' | undefined;
};

type InspectionRow = Db['tables']['inspections']['$inferSelect'];

/** Images by the beginning of their file names. */
export type NameQueries = {
  /** The folders that hold such names, and how many there are, counted up to one more than `maxNamesakes`. */
  find(beginning: string): Promise<Namesakes>;
  /** A page of what was found, in capture order. */
  list(found: Namesakes, filter: NamedFilter, page: Page): Promise<InspectionRow[]>;
};

/** What begins so: a stretch of names in each of some folders. */
export type Namesakes = { total: number; stretches: (TextRange & { folderIds: number[] })[] };

/** Folders that one statement looks into; between two of them others get their turn. */
const foldersAtOnce = 2_048;

/**
 * Every folder is looked up in the index of its files: a few thousand look-ups where there are millions of files. A
 * further index of names alone would be a third of the database. Where there are very many folders, one for each day of
 * years, those with images of the time in the name are looked into first.
 */
export function createNameQueries(
  db: Db,
  {
    folders,
    foldersByTime,
  }: {
    folders: Pick<Folders, 'list'>;
    /** Ids of folders with images of the time in such a beginning; empty where it tells none. */
    foldersByTime: (beginning: string) => Promise<number[]>;
  },
): NameQueries {
  const { inspections } = db.tables;
  const isOfSite = createSiteCondition(db);

  /** A list of folders instead of a join with them: MariaDB would read every name of each folder for a join. */
  const selectFolders = prepared(
    (value: Placeholders<TextRange & { folderIds: readonly number[]; limit: number }>) => {
      const found = db.read
        .select({ folderId: inspections.directoryId })
        .from(inspections)
        .where(
          and(
            inArray(inspections.directoryId, value.folderIds),
            gte(inspections.name, value.atLeast),
            lt(inspections.name, value.below),
          ),
        )
        .limit(value.limit)
        .as('found');
      return db.read.select({ folderId: found.folderId, total: count() }).from(found).groupBy(found.folderId);
    },
  );

  const selectPage = prepared(
    (
      value: Placeholders<
        TextRange &
          Omit<NamedFilter, 'verdict'> &
          Partial<Keyset> & { folderIds: readonly number[]; limit: number }
      >,
      { verdict, direction }: Pick<NamedFilter, 'verdict'> & Pick<Page, 'direction'>,
    ) => {
      const isBehind = direction === 'older' ? sql`<` : sql`>`;
      const by = direction === 'older' ? desc : asc;
      const keyset = sql`(+${inspections.capturedAt}, ${inspections.id})`;
      return db.read
        .select()
        .from(inspections)
        .where(
          and(
            inArray(inspections.directoryId, value.folderIds),
            gte(inspections.name, value.atLeast),
            lt(inspections.name, value.below),
            isOfSite(inspections.stationId, value.siteId),
            // The plus keeps SQLite from reading the history of a station instead of the names.
            value.stationIds && inArray(sql`+${inspections.stationId}`, value.stationIds as never),
            value.partId && sql`+${inspections.partId} = ${value.partId}`,
            value.sequence && sql`+${inspections.sequence} = ${value.sequence}`,
            value.startAt && sql`+${inspections.capturedAt} >= ${value.startAt}`,
            value.endAt && sql`+${inspections.capturedAt} < ${value.endAt}`,
            verdictOfRow(inspections, verdict),
            value.capturedAt && sql`${keyset} ${isBehind} (${value.capturedAt}, ${value.id})`,
          ),
        )
        .orderBy(by(inspections.capturedAt), by(inspections.id))
        .limit(value.limit);
    },
  );

  async function findIn(ids: readonly number[], beginning: string): Promise<Namesakes> {
    const found: Namesakes = { total: 0, stretches: [] };
    for (const range of rangesOf(beginning)) {
      const folderIds: number[] = [];
      for (let from = 0; from < ids.length; from += foldersAtOnce) {
        const limit = maxNamesakes + 1 - found.total;
        if (limit === 0) break;
        const slice = ids.slice(from, from + foldersAtOnce);
        for (const row of await selectFolders({ ...range, folderIds: slice, limit })) {
          found.total += row.total;
          folderIds.push(row.folderId);
        }
        await new Promise(setImmediate);
      }
      if (folderIds.length > 0) found.stretches.push({ ...range, folderIds });
    }
    return found;
  }

  return {
    async find(beginning) {
      const ids = folders.list().map(({ id }) => id);
      if (ids.length > foldersAtOnce) {
        const found = await findIn(await foldersByTime(beginning), beginning);
        if (found.total > 0) return found;
      }
      return findIn(ids, beginning);
    },
    async list({ stretches }, { verdict, ...filter }, { limit, from, direction }) {
      const rows: InspectionRow[] = [];
      const place = { capturedAt: from?.capturedAt, id: from?.id };
      for (const stretch of stretches)
        rows.push(...(await selectPage({ ...stretch, ...filter, ...place, limit }, { verdict, direction })));
      const sign = direction === 'older' ? -1 : 1;
      return rows.sort((a, b) => sign * (a.capturedAt - b.capturedAt || a.id - b.id)).slice(0, limit);
    },
  };
}

/**
 * The condition of a verdict as the rows have it, which no partial index of a verdict serves: another index has chosen
 * the rows.
 */
export function verdictOfRow(
  { verdict: column, word }: Db['tables']['inspections'],
  verdict: NamedFilter['verdict'],
): SQL | undefined {
  if (verdict === undefined) return undefined;
  const isVerdict = (text: string) => sql`coalesce(${column}, '') = ${text}`;
  if (verdict === 'OK' || verdict === 'NG') return isVerdict(verdict);
  return and(isVerdict(''), verdict === 'undecided' ? isNotNull(word) : isNull(word));
}

/** Names stay as they are on the disk, where an accent is a character of its own on some systems. */
function rangesOf(beginning: string): TextRange[] {
  const forms = new Set([beginning.normalize('NFC'), beginning.normalize('NFD')]);
  return [...forms].map(beginningWith);
}
