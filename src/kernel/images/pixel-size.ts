import { openRegularFile, readWhole } from '../storage/open-file.ts';
import { readBmpHeader } from './bmp-header.ts';
import { findAcceptedType } from './content-type.ts';
import { maxImageFileBytes } from './read-image.ts';
import { openUntrustedImage } from './untrusted-image.ts';

/** Nearly all files have their dimensions within this; for one with more metadata, the whole file is read. */
const headerBytes = 1024 * 1024;

export type PixelSize = { width: number; height: number };

/** Width and height of the image file at a real path, as displayed upright; undefined when its header cannot be read. */
export async function readPixelSize(realPath: string, root?: string): Promise<PixelSize | undefined> {
  const opened = await openRegularFile(realPath, root);
  if (!opened.ok) return undefined;
  const { file, sizeBytes } = opened;
  try {
    const head = await readWhole(file, Math.min(sizeBytes, headerBytes));
    const size = await sizeOf(head).catch(() => undefined);
    if (size || sizeBytes <= headerBytes || sizeBytes > maxImageFileBytes) return size;
    return await sizeOf(await readWhole(file, sizeBytes));
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

async function sizeOf(bytes: Buffer): Promise<PixelSize | undefined> {
  const type = findAcceptedType(bytes);
  if (type === undefined) return undefined;
  if (type === 'image/bmp') {
    const { width, height } = readBmpHeader(bytes);
    return { width, height };
  }
  const { autoOrient } = (await openUntrustedImage(bytes)).header;
  return { width: autoOrient.width, height: autoOrient.height };
}
