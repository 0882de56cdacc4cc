/** Draws the demo's pictures into the folder named on the command line; a process of its own, see `picture-pool.ts`. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createPartArtist } from './draw-part.ts';
import { listPoolPictures } from './picture-pool.ts';
import { ensureFolder } from './place-image.ts';
import { drawnParts } from './products.ts';

/** While one picture is encoded by the image library's threads, the next is drawn. */
const atOnce = 2;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node draw-pool.ts <folder>');
for (const part of drawnParts) {
  const artist = await createPartArtist(part);
  const pictures = listPoolPictures().filter((picture) => picture.part === part);
  await ensureFolder(dirname(join(folder, pictures[0]!.file)));
  const drawNext = async (): Promise<void> => {
    for (let picture = pictures.shift(); picture !== undefined; picture = pictures.shift()) {
      const { jpeg } = await artist.draw(picture.file, picture.defect);
      await writeFile(join(folder, picture.file), jpeg);
      // Counted by whoever waits.
      process.stdout.write('.');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, drawNext));
}
