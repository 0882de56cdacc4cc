import { and, eq, isNull, sql } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { Db } from '../../schema/db.ts';
import type { NamingSettings } from '../names/parse-file-name.ts';
import { readVerdictWords } from '../names/verdict-words.ts';
import type { Folders } from '../recording/folders.ts';

/** Images of a root without a verdict by their names: how many, and up to three of their paths. */
export type Unjudged = { count: number; names: string[] };

export type RootLeftOut = {
  unmatched: Unjudged;
  unknownWord: Unjudged;
  /** The counts are of the first so many images without a verdict, and lower bounds. */
  isMore: boolean;
  /** More than half of its newest images do not match. */
  isMismatched: boolean;
};

/** More unjudged images than this are not counted one by one. */
const maxCounted = 20_000;
const maxNames = 3;
/** The page is drawn with every batch of images; this is read less often. */
const readEveryMs = 2_000;
const newestFolders = 8;
const newestImages = 200;
/** Fewer images are no pattern. */
const fewImages = 10;

/** Reads, for each root, what its pattern leaves without a verdict. */
export function createReadLeftOut(options: {
  db: Db;
  folders: Folders;
  /** The pattern in force in a root. */
  namingOf: (rootId: number) => NamingSettings | undefined;
}): () => Promise<ReadonlyMap<number, RootLeftOut>> {
  const { db, folders, namingOf } = options;
  const { inspections } = db.tables;
  let last: { at: number; result: Promise<ReadonlyMap<number, RootLeftOut>> } | undefined;

  const selectGroups = prepared(() => {
    const some = db.read
      .select({ directoryId: inspections.directoryId, name: inspections.name, word: inspections.word })
      .from(inspections)
      .where(and(isNull(inspections.verdict), isNull(inspections.missingAt)))
      .limit(maxCounted + 1)
      .as('some');
    return db.read
      .select({
        directoryId: some.directoryId,
        word: some.word,
        count: sql<number>`count(*)`.mapWith(Number),
        first: sql<string>`min(${some.name})`,
        last: sql<string>`max(${some.name})`,
      })
      .from(some)
      .groupBy(some.directoryId, some.word);
  });
  const selectLastNames = prepared((value: Placeholders<{ directoryId: number }>) =>
    db.read
      .select({ verdict: inspections.verdict, word: inspections.word })
      .from(inspections)
      .where(eq(inspections.directoryId, value.directoryId))
      .orderBy(sql`${inspections.name} desc`)
      .limit(newestImages),
  );

  async function read(): Promise<ReadonlyMap<number, RootLeftOut>> {
    const groups = await selectGroups({});
    const isMore = groups.reduce((sum, { count }) => sum + count, 0) > maxCounted;
    const byRoot = Map.groupBy(folders.list(), ({ rootId }) => rootId);
    const rootOf = new Map(folders.list().map(({ id, rootId, path }) => [id, { rootId, path }]));
    const found = new Map<number, RootLeftOut>();
    for (const [rootId, own] of byRoot) {
      const naming = namingOf(rootId);
      if (!naming) continue;
      found.set(rootId, {
        unmatched: { count: 0, names: [] },
        unknownWord: { count: 0, names: [] },
        isMore,
        isMismatched: await isMismatched(own.map(({ id }) => id)),
      });
    }
    for (const { directoryId, word, count, first, last: lastName } of groups) {
      const folder = rootOf.get(directoryId);
      const root = folder && found.get(folder.rootId);
      if (!folder || !root || !isLeftOut(word, namingOf(folder.rootId))) continue;
      const kind = word === null ? root.unmatched : root.unknownWord;
      kind.count += count;
      for (const name of new Set([first, lastName])) {
        if (kind.names.length < maxNames)
          kind.names.push(folder.path === '' ? name : `${folder.path}/${name}`);
      }
    }
    return found;
  }

  /** Whether most images that were found last do not match: of the folders found last, the names that come last. */
  async function isMismatched(folderIds: readonly number[]): Promise<boolean> {
    const newest = [...folderIds].sort((a, b) => b - a).slice(0, newestFolders);
    let [total, unmatched] = [0, 0];
    for (const id of newest) {
      const rows = await selectLastNames({ directoryId: id });
      total += rows.length;
      unmatched += rows.filter(({ verdict, word }) => verdict === null && word === null).length;
    }
    return total >= fewImages && unmatched * 2 > total;
  }

  return () => {
    if (!last || performance.now() - last.at >= readEveryMs) {
      const result = read();
      last = { at: performance.now(), result };
      result.catch(() => {
        last = undefined;
      });
    }
    return last.result;
  };
}

/** An undecided word waits for a person and is not left out; one without a meaning is. */
function isLeftOut(word: string | null, naming: NamingSettings | undefined): boolean {
  if (word === null) return true;
  const read = readVerdictWords(naming?.verdictWords ?? '');
  return !read.ok || read.words.get(word) !== 'undecided';
}
