import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { waitUntil } from '../../../testing/faults/plant-process.ts';
import { actUnprivileged } from '../../../testing/unprivileged.ts';
import { newName, openOnline, type WatchedFolder } from '../../../testing/watched-folder.ts';

const isCounted = (folder: WatchedFolder, path: string) => () => folder.find(path) !== undefined;

// Alone in its file: it changes who the whole process is.
test('a folder without permission is reported, stops nothing and is read once permitted', async () => {
  await using folder = await openOnline({ scan: { pollIntervalMs: 200 } });
  using _user = actUnprivileged(folder.at('..'));
  folder.write('S5/closed/a.jpg');
  await waitUntil('its image is counted', isCounted(folder, 'S5/closed/a.jpg'));
  for (const mode of [0o000, 0o444]) {
    chmodSync(folder.at('S5/closed'), mode);
    const path = newName();
    folder.write(path);
    await waitUntil('images elsewhere are counted', isCounted(folder, path));
    await folder.rescan();
    const isReported = () => folder.status().unreadable.paths.some((path) => path.startsWith('S5/closed'));
    if (mode === 0) await waitUntil('it is reported', isReported);
    chmodSync(folder.at('S5/closed'), 0o755);
  }
  folder.write('S5/closed/b.jpg');
  await waitUntil('its new image is counted', isCounted(folder, 'S5/closed/b.jpg'));
  await waitUntil('nothing is reported any more', () => folder.status().unreadable.count === 0);
  expect(folder.images().some(({ missingAt }) => missingAt !== null)).toBe(false);
});
