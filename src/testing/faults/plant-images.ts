import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A whole JPEG of a few hundred bytes. */
export const tinyJpeg: Buffer = await sharp({
  create: { width: 16, height: 12, channels: 3, background: '#1e7d46' },
})
  .jpeg()
  .toBuffer();

/** The name of an image by contract S1, in UTC. */
export function imageName(verdict: 'OK' | 'NG', at: number, sequence: number, extension = 'jpg'): string {
  const digits = new Date(at).toISOString().replace(/\D/g, '');
  return `${verdict}-${digits.slice(0, 8)}-${digits.slice(8, 14)}-${sequence}.${extension}`;
}

export function writeImage(watchDir: string, file: string, bytes: Buffer = tinyJpeg): void {
  const path = join(watchDir, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** Changes an image's verdict as inspection machines do, by renaming it. Returns its new path. */
export function rejudge(watchDir: string, file: string): string {
  const renamed = file.replace(
    /(^|\/)(OK|NG)-/,
    (_, before, verdict) => `${before}${verdict === 'OK' ? 'NG' : 'OK'}-`,
  );
  renameSync(join(watchDir, file), join(watchDir, renamed));
  return renamed;
}
