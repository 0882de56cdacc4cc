import { desc, inArray } from 'drizzle-orm';
import { type Placeholders, perDatabase, prepared } from '../../kernel/db/prepared.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { Db } from '../../schema/db.ts';
import type { NamingSettings } from '../names/parse-file-name.ts';
import { type NameKind, pathReader } from './try-naming.ts';

/** Totals of known images, as recorded and as they would be read again. */
export type RereadPreview = {
  /** Images looked at: all of the folder, or only its newest. */
  total: number;
  isAll: boolean;
  now: Record<'OK' | 'NG' | 'undecided' | 'unmatched', number>;
  then: Record<'OK' | 'NG' | 'undecided' | 'unmatched', number>;
};

const maxRows = 50_000;
const rowsPerTurn = 2_000;
const foldersPerQuery = 500;

const selectNames = perDatabase(({ read, tables: { inspections } }: Db) =>
  prepared((value: Placeholders<{ directoryIds: readonly number[]; limit: number }>) =>
    read
      .select({
        directoryId: inspections.directoryId,
        name: inspections.name,
        verdict: inspections.verdict,
        word: inspections.word,
      })
      .from(inspections)
      .where(inArray(inspections.directoryId, value.directoryIds))
      .orderBy(desc(inspections.directoryId), desc(inspections.name))
      .limit(value.limit),
  ),
);

/** Reads the names of the newest fifty thousand known images of a watched folder under other settings. */
export async function previewReread(
  db: Db,
  folders: readonly { id: number; path: string }[],
  naming: NamingSettings,
  wallClock: WallClock,
): Promise<RereadPreview> {
  const read = pathReader(naming, wallClock);
  const now = { OK: 0, NG: 0, undecided: 0, unmatched: 0 };
  const then = { OK: 0, NG: 0, undecided: 0, unmatched: 0 };
  let total = 0;
  const newest = [...folders].sort((a, b) => b.id - a.id);
  for (let from = 0; from < newest.length && total < maxRows; from += foldersPerQuery) {
    const some = new Map(newest.slice(from, from + foldersPerQuery).map(({ id, path }) => [id, path]));
    const rows = await selectNames(db)({ directoryIds: [...some.keys()], limit: maxRows - total });
    for (const [i, { directoryId, name, verdict, word }] of rows.entries()) {
      now[verdict ?? (word === null ? 'unmatched' : 'undecided')]++;
      const folder = some.get(directoryId) ?? '';
      then[kindOf(read(folder === '' ? name : `${folder}/${name}`).kind)]++;
      if ((i + 1) % rowsPerTurn === 0) await new Promise(setImmediate);
    }
    total += rows.length;
  }
  return { total, isAll: total < maxRows, now, then };
}

/** A word without a meaning waits for a person, too. */
function kindOf(kind: NameKind): keyof RereadPreview['now'] {
  return kind === 'unknownWord' ? 'undecided' : kind;
}
