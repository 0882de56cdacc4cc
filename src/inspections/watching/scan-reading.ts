import type { Reading, ReadingTools } from '../../kernel/folder-scan/model/name-reading.ts';
import type { DbPlace } from '../../schema/db.ts';
import { type NameQueries, openKnownNames } from '../../schema/known-names.ts';
import {
  compileNamePattern,
  type FileNameFacts,
  isImageName,
  type NamingSettings,
  parseFileName,
} from '../names/parse-file-name.ts';
import { type NameColumns, packNameColumns } from '../recording/found-images.ts';

/** Structured-clonable: it is passed to the scanner thread. */
export type ScanReadingData = { naming: NamingSettings; database: DbPlace };

/** The module that the scanner thread loads for inspection images, and its data. */
export function scanReading(data: ScanReadingData): { module: string; data: ScanReadingData } {
  return { module: import.meta.url, data };
}

/** Reads inspection images in the scanner thread: names by the site's pattern, known names from the database. */
export function createReading(
  { naming, database }: ScanReadingData,
  { wallClock, log }: ReadingTools,
): Reading<FileNameFacts, NameColumns> {
  const compiled = compileNamePattern(naming);
  if (!compiled.ok) throw new Error(compiled.fault);
  const { pattern } = compiled;
  return {
    isImageName,
    read: (name, folderPath) => parseFileName(name, pattern, wallClock, folderPath),
    pack: packNameColumns,
    ...openKnownNames(database, log, nameQueries),
  };
}

const nameQueries: NameQueries = {
  sqlite: `select name from inspections where missing_at is null
    and directory_id = (select id from directories where root_id = @rootId and path = @path)`,
  server: async () => (await import('./folder-name-queries.ts')).folderNameQueries,
};
