import type { Log } from '../../log.ts';
import type { WallClock } from '../../time/time-zone.ts';
import type { FolderRef } from './folder-ref.ts';

/**
 * What a file's name tells of it: when it was made (epoch ms), and whatever else its feature wants to know.
 * `isExact` says that the time is an instant and no clock time that may happen twice when clocks are set back.
 */
export type NameFacts = { capturedAt: number; isExact?: boolean };

/**
 * How a feature reads the files of its roots. It is made inside the scanner thread by `createReading(data, tools)` of
 * the module that `ReadingModule` names, which should import little: each thread holds its own copy.
 */
export type Reading<Facts extends NameFacts = NameFacts, Columns = unknown> = {
  /** Whether a name ends like an image of this feature. */
  isImageName(name: string): boolean;
  /** Undefined when the name says nothing: the file's time is then its modification time. */
  read(name: string): Facts | undefined;
  /** The facts of a batch in a form that crosses a thread border fast: typed arrays, long strings, no object a file. */
  pack(facts: readonly (Facts | undefined)[]): Columns;
} & KnownNames;

/** Which names the database holds. */
export type KnownNames = {
  /** Names of a folder that are not marked missing, some at a time. */
  knownNames(folder: FolderRef): AsyncIterable<readonly string[]>;
  close(): Promise<void>;
};

export type ReadingTools = { wallClock: WallClock; log: Log };

/** Where a reading is made: the address of its module, and the data its `createReading` is given. */
export type ReadingModule = { module: string; data: unknown };

/** Makes the reading in this thread. */
export async function openReading({ module, data }: ReadingModule, tools: ReadingTools): Promise<Reading> {
  const { createReading } = (await import(module)) as {
    createReading(data: unknown, tools: ReadingTools): Reading;
  };
  return createReading(data, tools);
}
