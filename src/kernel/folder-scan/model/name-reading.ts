import type { Log } from '../../log.ts';
import type { WallClock } from '../../time/time-zone.ts';
import type { FolderRef } from './folder-ref.ts';

/**
 * The facts in a file's path: the time of capture (epoch ms; null where the path holds none), and whatever else its
 * feature needs. `isExact`: the time is an instant, not a local time, which is ambiguous when clocks are set back.
 */
export type NameFacts = { capturedAt: number | null; isExact?: boolean };

/**
 * How a feature reads the names of its files. It is created inside the scanner thread by `createReading(data, tools)` of
 * the module in `ReadingModule`. The module should import little: each thread holds its own copy.
 */
export type Reading<Facts extends NameFacts = NameFacts, Columns = unknown> = {
  /** Whether a name has the ending of an image of this feature. */
  isImageName(name: string): boolean;
  /**
   * Reads a file's name and its folder's path below the root. Undefined when they hold no facts: the file's time is then
   * its modification time.
   */
  read(name: string, folderPath: string): Facts | undefined;
  /** Packs the facts of a batch for a fast transfer between threads: typed arrays and long strings, no object per file. */
  pack(facts: readonly (Facts | undefined)[]): Columns;
} & KnownNames;

/** The names that the database holds. */
export type KnownNames = {
  /** Names of a folder that are not marked missing, in pages. */
  knownNames(folder: FolderRef): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
};

export type ReadingTools = { wallClock: WallClock; log: Log };

/** The URL of a reading's module, and the data passed to its `createReading`. */
export type ReadingModule = { module: string; data: unknown };

/** Imports the module and creates the reading in this thread. */
export async function openReading({ module, data }: ReadingModule, tools: ReadingTools): Promise<Reading> {
  const { createReading } = (await import(module)) as {
    createReading(data: unknown, tools: ReadingTools): Reading;
  };
  return createReading(data, tools);
}
