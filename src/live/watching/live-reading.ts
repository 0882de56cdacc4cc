import type { NameFacts, Reading, ReadingTools } from '../../kernel/folder-scan/reading.ts';
import type { DbPlace } from '../../schema/db.ts';
import { type NameQueries, openKnownNames } from '../../schema/known-names.ts';
import { isLiveImageName, parseLiveName } from '../live-file-name.ts';

/** What the reading is made from; it crosses a thread border. */
export type LiveReadingData = { database: DbPlace };

type LiveFacts = NameFacts & { coil: string | null };

/** The coils of a batch, one after the other; `/` cannot be part of a name. */
export type LiveColumns = { coils: string };

/** Where the scanner thread finds this reading. */
export function liveReading(data: LiveReadingData): { module: string; data: LiveReadingData } {
  return { module: import.meta.url, data };
}

/** How the scanner thread reads live images: each channel is a root, and its files lie in the root itself. */
export function createReading(
  { database }: LiveReadingData,
  { wallClock, log }: ReadingTools,
): Reading<LiveFacts, LiveColumns> {
  return {
    isImageName: isLiveImageName,
    read: (name) => {
      const { coil, capturedAt, isLocal } = parseLiveName(name, wallClock);
      return capturedAt === null ? undefined : { coil, capturedAt, isExact: !isLocal };
    },
    pack: (facts) => ({ coils: facts.map((fact) => fact?.coil ?? '').join('/') }),
    ...openKnownNames(database, log, nameQueries),
  };
}

const nameQueries: NameQueries = {
  sqlite: "select name from live_images where missing_at is null and channel_id = @rootId and @path = ''",
  server: async () => (await import('./channel-name-queries.ts')).channelNameQueries,
};
