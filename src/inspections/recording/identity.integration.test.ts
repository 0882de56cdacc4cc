import { linkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitUntil } from '../../testing/faults/plant-process.ts';
import { openWatchedFolder, type WatchedFolder } from '../../testing/watched-folder.ts';

/*
 * What plants do to files, on a real disk with a real scanner: nothing vanishes, nothing counts twice.
 */

type Case = {
  what: string;
  naming?: { fileName?: string; path?: string; verdictWords?: string };
  /** Files that are there at the start, and what happens to them while the folder is watched. */
  before: string[];
  change?: (write: (path: string) => void, move: (from: string, to: string) => void, root: string) => void;
  /** `station/model verdict` of every image in the end. */
  images: string[];
};

const noCount = String.raw`^(?P<pass>OK|NG)_(?P<date>\d{8})_(?P<time>\d{6})\.jpg$`;

const cases: Case[] = [
  {
    what: 'two cameras of a station write one name into two folders',
    before: ['S1/M/cam1/NG-20261129-100000-1.jpg', 'S1/M/cam2/OK-20261129-100000-1.jpg'],
    images: ['S1/M NG', 'S1/M OK'],
  },
  {
    what: 'two formats of one name',
    before: [
      'S1/M/OK-20261129-100000-1.jpg',
      'S1/M/NG-20261129-100000-1.png',
      'S1/M/OK-20261129-100000-1.JPG',
    ],
    images: ['S1/M NG', 'S1/M OK', 'S1/M OK'],
  },
  {
    what: 'stations without models',
    before: ['NM1/NG-20261129-100000-1.jpg', 'NM2/OK-20261129-100000-1.jpg', 'OK-20261129-100000-1.jpg'],
    images: ['NM1/ NG', 'NM2/ OK', 'Unknown/Unknown OK'],
  },
  {
    what: 'a name with COUNT judged again',
    before: ['S1/M/OK-20261129-100000-1.jpg', 'S1/M/OK-20261129-100000-2.jpg'],
    change: (_write, move) => move('S1/M/OK-20261129-100000-1.jpg', 'S1/M/NG-20261129-100000-1.jpg'),
    images: ['S1/M NG', 'S1/M OK'],
  },
  {
    what: 'a name without COUNT judged again',
    naming: { fileName: noCount },
    before: ['S1/M/OK_20261129_100001.jpg'],
    change: (_write, move) => move('S1/M/OK_20261129_100001.jpg', 'S1/M/NG_20261129_100001.jpg'),
    images: ['S1/M NG'],
  },
  {
    what: 'a verdict folder judged again',
    naming: { path: String.raw`^(?<station>[^/]+)/(?<pass>OK|NG)/(?<date>\d{8})_(?<time>\d{6})` },
    before: ['S1/OK/20261129_100001.jpg', 'S1/NG/20261129_100002.jpg'],
    change: (_write, move) => move('S1/OK/20261129_100001.jpg', 'S1/NG/20261129_100001.jpg'),
    images: ['S1/ NG', 'S1/ NG'],
  },
  {
    what: 'temporary names renamed into place',
    before: [],
    change: (write, move) => {
      for (let i = 1; i <= 6; i++) {
        write(`S1/M/tmp_${i}.jpg`);
        setTimeout(() => move(`S1/M/tmp_${i}.jpg`, `S1/M/OK-20261129-10000${i}-${i}.jpg`), 150 * i);
      }
    },
    images: Array(6).fill('S1/M OK'),
  },
  {
    what: 'a file written beside a second name of it',
    before: ['S1/M/OK-20261129-100000-1.jpg'],
    change: (_write, _move, root) =>
      linkSync(join(root, 'S1/M/OK-20261129-100000-1.jpg'), join(root, 'S1/M/OK-20261129-100000-2.jpg')),
    images: ['S1/M OK', 'S1/M OK'],
  },
  {
    what: 'folders of NAS and desktop systems',
    before: [
      'S1/M/OK-20261129-100000-1.jpg',
      ...[
        '@Recycle',
        '#recycle',
        '@eaDir',
        '@Recently-Snapshot',
        '.snapshot',
        '.zfs/snapshot',
        '$RECYCLE.BIN',
        'System Volume Information',
        'S1/M/@eaDir',
        'lost+found',
        'Network Trash Folder',
        '.Trash-1000',
      ].map((folder) => `${folder}/S1/M/NG-20261129-100001-1.jpg`),
    ],
    images: ['S1/M OK'],
  },
  {
    what: 'both Unicode forms of a station',
    before: ['NFC', 'NFD'].map((form, i) => `Prüfstand-é/M/OK-20261129-10000${i}-${i}.jpg`.normalize(form)),
    images: ['Prüfstand-é/M OK', 'Prüfstand-é/M OK'].map((text) => text.normalize('NFC')),
  },
  {
    what: 'words of other languages',
    naming: {
      fileName: String.raw`^(?P<pass>IO|NIO|WARN)_(?P<date>\d{8})_(?P<time>\d{6})`,
      verdictWords: 'IO=OK, NIO=NG, WARN=undecided',
    },
    before: ['S1/M/IO_20261129_100001.jpg', 'S1/M/NIO_20261129_100002.jpg', 'S1/M/WARN_20261129_100003.jpg'],
    images: ['S1/M NG', 'S1/M OK', 'S1/M WARN'],
  },
];

test.each(cases)('$what: every file is one image', async ({ naming, before, change, images }) => {
  await using folder = await openWatchedFolder({ naming });
  for (const path of before) folder.write(path);
  await folder.start();
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  change?.(folder.write, (from, to) => renameSync(folder.at(from), folder.at(to)), folder.root);
  await expect.poll(() => list(folder)).toEqual(images);
  await folder.rescan();
  expect(list(folder)).toEqual(images);
});

function list(folder: WatchedFolder): string[] {
  return folder
    .images()
    .filter(({ missingAt }) => missingAt === null)
    .map(({ station, part, verdict, word }) => `${station}/${part} ${verdict ?? word ?? 'unmatched'}`)
    .sort();
}
