/** How the replaced system (contract S5) learns of images: every three seconds it lists the folder and looks at the newest. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const everyMs = 3_000;
const [, , folder = ''] = process.argv;
let known = '';

async function look(): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(?:jpe?g|png|bmp)$/i.test(name));
  let newest = '';
  for (const name of names) if (name > newest) newest = name;
  if (newest === '') return;
  const { mtimeMs } = await stat(join(folder, newest));
  known = `${newest} ${mtimeMs}`;
}

setInterval(() => void look(), everyMs);
process.on('disconnect', () => process.exit(known === '' ? 1 : 0));
