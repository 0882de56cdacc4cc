import type { FolderRef } from '../kernel/folder-scan/model/folder-ref.ts';
import type { Reading } from '../kernel/folder-scan/model/name-reading.ts';

type CoilFacts = { capturedAt: number; isExact: true; coil: string };

/** A reading of its own for tests of the folder scanner: BMP and JPEG names `<coil>_<epoch ms>.<ending>`. */
export function createReading({
  known,
}: {
  known: Record<string, string[]>;
}): Reading<CoilFacts, { coils: string }> {
  return {
    isImageName: (name) => /\.(?:bmp|jpg)$/.test(name),
    read: (name) => {
      const [, coil, at] = /^(\w+)_(\d{13})\./.exec(name) ?? [];
      return coil === undefined ? undefined : { capturedAt: Number(at), isExact: true, coil };
    },
    pack: (facts) => ({ coils: facts.map((fact) => fact?.coil ?? '').join('/') }),
    async *knownNames({ rootId, path }: FolderRef) {
      yield known[`${rootId}:${path}`] ?? [];
    },
    close: async () => {},
  };
}
