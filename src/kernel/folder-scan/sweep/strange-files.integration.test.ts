import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';

// A machine that runs many tests at once is slow; what must not happen at all never waits for this.
vi.setConfig({ testTimeout: 90_000 });

import {
  newName,
  openOnline,
  onlyFolder as partFolder,
  type WatchedFolder,
} from '../../../testing/watched-folder.ts';

const isCounted = (folder: WatchedFolder, path: string) => () => folder.find(path) !== undefined;

test.concurrent('excluded names are ignored by events and sweeps alike', async () => {
  await using folder = await openOnline({ exclude: ['calibration', '*-test.jpg'] });
  const excluded = [
    `${partFolder}/@eaDir/thumb.jpg`,
    `@eaDir/OR-3CT/thumb.jpg`,
    `#recycle/OR-3CT/old.jpg`,
    `.snapshot/OR-3CT/old.jpg`,
    `${partFolder}/.hidden.jpg`,
    `${partFolder}/~copy.jpg`,
    `${partFolder}/calibration/white.png`,
    `calibration/OR-3CT/white.png`,
    `${partFolder}/white-test.jpg`,
  ];
  for (const path of excluded) folder.write(path);
  // Into folders that exist by now, so that events would come.
  await sleep(300);
  for (const path of excluded) folder.write(path.replace(/(\w+\.(?:jpg|png))$/, 'again-$1'));
  const last = newName();
  folder.write(last);
  await waitUntil('an image after them is counted', isCounted(folder, last));
  await folder.rescan();
  expect(folder.paths().filter((path) => path !== last)).toHaveLength(1);
});

test.concurrent('links to folders are not followed; a link to an image is an image', async () => {
  await using folder = await openOnline();
  mkdirSync(folder.at('../outside/OR-3CT'), { recursive: true });
  writeFileSync(folder.at('../outside/OR-3CT/secret.jpg'), tinyJpeg);
  symlinkSync(folder.at('../outside'), folder.at('S66'));
  symlinkSync(folder.root, folder.at(`${partFolder}/circle`));
  symlinkSync(folder.at(`${partFolder}/loop.jpg`), folder.at(`${partFolder}/loop.jpg`));
  symlinkSync(folder.at('nowhere.jpg'), folder.at(`${partFolder}/dangling.jpg`));
  symlinkSync(folder.at('../outside/OR-3CT/secret.jpg'), folder.at(`${partFolder}/linked.jpg`));
  await waitUntil('the link to an image is counted', isCounted(folder, `${partFolder}/linked.jpg`));
  await folder.rescan();
  expect(folder.paths()).toHaveLength(2);
});

test.concurrent('hostile names are counted like all others', async () => {
  await using folder = await openOnline();
  const names = [
    `it's "quoted".jpg`,
    'line\r\nbreak.jpg',
    '<img src=x onerror=alert(1)>.png',
    '‮gpj.exe.jpg',
    '검사-이미지.png',
    `${'가'.repeat(83)}.png`,
    '%2e%2e%2f.jpg',
    '$(reboot);`id`.jpg',
    'real\ufffdreplacement.jpg',
    'OK-00010101-000000-1.jpg',
    'NG-99991231-235959-9007199254740993.jpg',
  ];
  for (const name of names) folder.write(`${partFolder}/${name}`);
  folder.write(`S'"<b>\n/모델/한글.jpg`);
  await waitUntil('all are counted', () => folder.images().length === names.length + 2);
  expect(
    folder
      .paths()
      .filter((path) => path.startsWith(partFolder))
      .slice(1)
      .sort(),
  ).toEqual(names.map((name) => `${partFolder}/${name}`).sort());
  expect(folder.find(`S'"<b>\n/모델/한글.jpg`)).toMatchObject({ station: `S'"<b>\n`, part: '모델' });
});

test.concurrent('a name that is not valid UTF-8 is reported, and the images beside it are counted', async () => {
  await using folder = await openOnline({ scan: { pollIntervalMs: 200 } });
  const broken = Buffer.concat([
    Buffer.from(folder.at(`${partFolder}/broken-`)),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('.jpg'),
  ]);
  writeFileSync(broken, tinyJpeg);
  mkdirSync(Buffer.concat([Buffer.from(folder.at('S')), Buffer.from([0xc3])]));
  const path = newName();
  folder.write(path);
  await waitUntil('the image beside it is counted', isCounted(folder, path));
  await waitUntil('both are reported', () => folder.status().unreadable.count === 2);
  expect(folder.status().unreadable.paths).toContain(`${partFolder}/broken-\ufffd\ufffd.jpg`);
  renameSync(broken, folder.at(`${partFolder}/mended.jpg`));
  await waitUntil('it is counted once it has a name', isCounted(folder, `${partFolder}/mended.jpg`));
  await waitUntil('it is no longer reported', () => folder.status().unreadable.count === 1);
  expect(folder.images()).toHaveLength(3);
});
