import { openRegularFile, readWhole } from '../storage/open-file.ts';
import { readBmpHeader } from './bmp.ts';
import { findAcceptedType } from './content-type.ts';
import { openUntrustedImage } from './untrusted-image.ts';

/** Where the dimensions stand, behind all the metadata cameras write. */
const MAX_HEADER_BYTES = 1024 * 1024;

export type PixelSize = { width: number; height: number };

/** Width and height of the image file at a real path as it is shown, upright; undefined when its header cannot be read. */
export async function readPixelSize(realPath: string, root?: string): Promise<PixelSize | undefined> {
  const opened = await openRegularFile(realPath, root);
  if (!opened.ok) return undefined;
  try {
    const bytes = await readWhole(opened.file, Math.min(opened.sizeBytes, MAX_HEADER_BYTES));
    const type = findAcceptedType(bytes);
    if (type === undefined) return undefined;
    if (type === 'image/bmp') {
      const { width, height } = readBmpHeader(bytes);
      return { width, height };
    }
    const { autoOrient } = await (await openUntrustedImage(bytes)).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  } finally {
    await opened.file.close();
  }
}
