import type { WallClock } from '../../kernel/time/time-zone.ts';
import { compileNamePattern, type NamingSettings, parseFileName } from '../names/parse-file-name.ts';
import type { FoundImage } from '../recording/found-images.ts';
import type { Recorded, RecordInspections } from '../recording/record-inspections.ts';

/** A file that will be written to a folder below a root; `capturedAt` counts where its name tells no time. */
export type AheadImage = { folder: string; name: string; capturedAt: number };

/** Images recorded in one transaction. */
const imagesPerStep = 500;

/**
 * Records images of a root that is not watched yet, as a sweep would that finds their names; their files come before it is
 * watched, or they count as missing then.
 */
export async function recordAhead(
  images: Iterable<AheadImage>,
  options: {
    rootId: number;
    naming: NamingSettings;
    wallClock: WallClock;
    record: Pick<RecordInspections, 'recordFound'>;
    onRecorded: (recorded: Recorded) => void;
  },
): Promise<void> {
  const { rootId, record, wallClock } = options;
  const compiled = compileNamePattern(options.naming);
  if (!compiled.ok) throw new Error(compiled.fault);
  const waiting = new Map<string, FoundImage[]>();

  async function write(folder: string): Promise<void> {
    const files = waiting.get(folder) ?? [];
    waiting.delete(folder);
    const recorded = await record.recordFound({ folder: { rootId, path: folder }, files });
    if (recorded.stationIds.length > 0) options.onRecorded(recorded);
    await new Promise(setImmediate);
  }

  for (const { folder, name, capturedAt } of images) {
    const facts = parseFileName(name, compiled.pattern, wallClock, folder);
    const files = waiting.get(folder) ?? [];
    waiting.set(folder, files);
    files.push({
      name,
      capturedAt: facts?.capturedAt ?? capturedAt,
      namedAt: null,
      sizeBytes: null,
      modifiedAt: null,
      inode: null,
      isHeard: false,
      verdict: facts?.verdict ?? null,
      word: facts?.word ?? null,
      sequence: facts?.sequence ?? null,
      view: facts?.view ?? null,
      unit: facts?.unit ?? null,
      station: facts?.station ?? null,
      part: facts?.part ?? null,
    });
    if (files.length >= imagesPerStep) await write(folder);
  }
  for (const folder of [...waiting.keys()]) await write(folder);
}
