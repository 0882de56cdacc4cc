import type { NameFacts, Reading, ReadingTools } from '../../kernel/folder-scan/model/name-reading.ts';
import type { DbPlace } from '../../schema/db.ts';
import { type NameQueries, openKnownNames } from '../../schema/known-names.ts';
import { isLiveImageName, parseLiveName } from '../live-file-name.ts';

/** Passed to the scanner thread. */
export type LiveReadingData = { database: DbPlace };

type LiveFacts = NameFacts & { coil: string | null };

/** The coils of a batch joined by `/`, which cannot be part of a file name. */
export type LiveColumns = { coils: string };

/** The module that the scanner thread loads, and its data. */
export function liveReading(data: LiveReadingData): { module: string; data: LiveReadingData } {
  return { module: import.meta.url, data };
}

/** The reading of live images in a scanner thread: each channel is a root, with its files in the root itself. */
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
