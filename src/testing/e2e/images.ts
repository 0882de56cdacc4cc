import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { drawJpeg } from '../image-plant.ts';

/** The day of a test plant's "now", as names spell it. */
const day = '20250906';

/** Path of an image taken at `time` (102131) on the day of a test plant's "now". */
export function imagePath(folder: string, verdict: 'OK' | 'NG', time: string, sequence: number): string {
  return `${folder}/${verdict}-${day}-${time}-${sequence}.jpg`;
}

/** Images taken every second from `time` on, all OK but every `ngEvery`th. */
export function imageSeries(
  folder: string,
  { count, time = '100000', ngEvery = 10 }: { count: number; time?: string; ngEvery?: number },
): string[] {
  const startSec = Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4));
  return Array.from({ length: count }, (_, i) => {
    const sec = startSec + i;
    const at = [sec / 3600, (sec / 60) % 60, sec % 60].map((n) => String(Math.floor(n)).padStart(2, '0'));
    return imagePath(folder, (i + 1) % ngEvery === 0 ? 'NG' : 'OK', at.join(''), i + 1);
  });
}

/** Writes an image as careful inspection machines do: under another name, then renamed. */
export async function placeImage(watchDir: string, path: string, color = '#7d4a1e'): Promise<void> {
  const file = join(watchDir, path);
  const unfinished = join(dirname(file), `.${basename(file)}.part`);
  const bytes = await drawJpeg(640, 480, color);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, file);
}
