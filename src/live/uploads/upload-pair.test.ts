import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { drawJpeg } from '../../testing/image-plant.ts';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';
import { draftPair, recoverPairs, storePair } from './upload-pair.ts';

const jpeg = await drawJpeg(64, 48);
const labeledJpeg = await drawJpeg(64, 48, '#a32020');
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const maxFileBytes = 52_428_800;
const wallClock = createWallClock('UTC');
let plant: TestApp | undefined;
let base = '';
afterEach(() => plant?.close());

async function start(): Promise<TestApp> {
  plant = await createTestApp({ env: { DEMO: '0' } });
  base = join(plant.folder, 'state', 'live');
  await plant.services.live.rescan();
  return plant;
}

type Parts = Record<string, Buffer | string>;

function pair(parts: Parts): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(parts)) {
    if (typeof value === 'string') form.append(field, value);
    else form.append(field, new Blob([new Uint8Array(value)]), '../../evil.php');
  }
  return form;
}

const whole: Parts = { original_image: jpeg, labeled_image: labeledJpeg, coil_number: '2891' };
const send = (app: TestApp, parts: Parts) => app.post('/upload/pair', { body: pair(parts) });
const filesOf = (role: string) => readdirSync(join(base, role)).sort();

test.each<[string, Buffer]>([
  ['a JPEG', jpeg],
  ['a PNG', png],
])('%s with data of a vendor behind its end is taken, without its end it is not', async (_what, bytes) => {
  const app = await start();
  for (const size of [300, 5_000, 20_000]) {
    const original_image = Buffer.concat([bytes, Buffer.alloc(size, 'vendor')]);
    expect((await send(app, { ...whole, original_image })).status).toBe(200);
    expect(app.services.live.current.latest('original')?.sizeBytes).toBe(original_image.length);
  }
  const half = bytes.subarray(0, bytes.length / 2);
  for (const original_image of [half, Buffer.concat([half, Buffer.alloc(6_000)])]) {
    const answer = await send(app, { ...whole, original_image });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('ends too early')]);
  }
});

test('an uploaded pair is visible at once under its coil and time, with its defects', async () => {
  const app = await start();
  const answer = await send(app, {
    ...whole,
    coil_number: ' A/12 ',
    labeled_image: png,
    defect_data: '{"scratches":[1,2]}',
  });
  const image = (role: string, bytes: Buffer, ending: string) => ({
    filename: `A-12_${testNow}_${role}.${ending}`,
    url: `/image/${role}/A-12_${testNow}_${role}.${ending}`,
    timestamp: testNow,
    type: role,
    coil_number: 'A-12',
    size: bytes.length,
    created_at: expect.any(String),
  });
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      success: true,
      message: expect.any(String),
      data: {
        coil_number: 'A-12',
        timestamp: testNow,
        original: image('original', jpeg, 'jpg'),
        labeled: image('labeled', png, 'png'),
      },
    },
  ]);
  expect(readFileSync(join(base, 'original', `A-12_${testNow}_original.jpg`))).toEqual(jpeg);
  expect(await app.json('/latest/labeled?coil_number=A-12')).toMatchObject({
    image: image('labeled', png, 'png'),
    total_images: 1,
  });
  const { queries, current } = app.services.live;
  const original = current.latest('original')!;
  expect(await queries.defectsOf(original)).toEqual({ scratches: [1, 2] });
  expect(await queries.pairOf(original)).toMatchObject({ channel: 'labeled' });
  // The scanner finds the same image again.
  await app.services.live.rescan();
  expect(await queries.countOf('original')).toBe(1);
  expect(current.latest('original')).toEqual(original);
});

test('a coil whose number reads like a date keeps it, and its pair has the time of the upload', async () => {
  const app = await start();
  const answer = await send(app, { ...whole, coil_number: '20250906102130' });
  const image = { coil_number: '20250906102130', timestamp: testNow };
  expect(await answer.json()).toMatchObject({ data: { ...image, original: image, labeled: image } });
  await app.services.live.rescan();
  expect(await app.json('/latest?coil_number=20250906102130')).toMatchObject({ image, total_images: 1 });
});

test('two pairs of one coil in the same millisecond are kept apart', async () => {
  const app = await start();
  const answers = await Promise.all([1, 2, 3].map(() => send(app, whole)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(filesOf('original')).toEqual([0, 1, 2].map((i) => `2891_${testNow + i}_original.jpg`));
  expect(filesOf('labeled')).toHaveLength(3);
});

test('two processes that store pairs of one coil in the same millisecond overwrite nothing', async () => {
  await start();
  const folders = { original: join(base, 'original'), labeled: join(base, 'labeled') };
  const named = { coil: '7', at: testNow, extensions: { original: 'jpg', labeled: 'jpg' }, wallClock };
  const drafts = Array.from({ length: 12 }, () => draftPair(folders));
  for (const [i, { paths }] of drafts.entries())
    for (const path of Object.values(paths)) writeFileSync(path, `${i}`);
  // At the same time; one process alone would store them one after the other.
  const stored = await Promise.all(drafts.map((draft) => storePair(draft, folders, named)));
  expect(new Set(stored.map(({ at }) => at)).size).toBe(12);
  const contents = (role: 'original' | 'labeled') =>
    stored.map(({ pictures }) => {
      const { name } = pictures.find((one) => one.role === role)!;
      return readFileSync(join(folders[role], name), 'utf8');
    });
  expect(contents('original')).toEqual(drafts.map((_, i) => `${i}`));
  expect(contents('labeled')).toEqual(contents('original'));
  expect([...filesOf('original'), ...filesOf('labeled')].filter((name) => name.startsWith('.'))).toEqual([]);
});

test('an invalid pair is refused with the name of the field, and leaves nothing', async () => {
  const app = await start();
  const { original_image: _o, ...noOriginal } = whole;
  const { labeled_image: _l, ...noLabeled } = whole;
  const { coil_number: _c, ...noCoil } = whole;
  const cases: [string, Parts, number][] = [
    ['original_image', noOriginal, 400],
    ['labeled_image', noLabeled, 400],
    ['labeled_image', { ...whole, labeled_image: 'text' }, 400],
    ['coil_number', noCoil, 400],
    ['coil_number', { ...whole, coil_number: ' ' }, 400],
    ['coil_number', { ...whole, coil_number: 'x'.repeat(61) }, 400],
    ['coil_number', { ...whole, coil_number: 'x'.repeat(300) }, 413],
    ['original_image', { ...whole, original_image: Buffer.from('<?php evil() ?>') }, 400],
    ['original_image', { ...whole, original_image: Buffer.from('GIF89a'.padEnd(99)) }, 400],
    ['labeled_image', { ...whole, labeled_image: labeledJpeg.subarray(0, 200) }, 400],
    ['original_image', { ...whole, original_image: Buffer.alloc(0) }, 400],
    ['defect_data', { ...whole, defect_data: '{"a":' }, 400],
    ['defect_data', { ...whole, defect_data: '['.repeat(30_000) + ']'.repeat(30_000) }, 400],
    ['defect_data', { ...whole, defect_data: '"\\u0000"' }, 400],
    ['defect_data', { ...whole, defect_data: JSON.stringify('x'.repeat(65_536)) }, 413],
    ['surprise', { ...whole, surprise: 'x' }, 400],
    ['third_image', { ...whole, third_image: jpeg }, 400],
  ];
  for (const [field, parts, status] of cases) {
    const answer = await send(app, parts);
    expect([field, answer.status, await answer.json()]).toEqual([
      field,
      status,
      { error: expect.stringContaining(field) },
    ]);
  }
  for (const [type, body] of [
    ['application/json', '{}'],
    ['multipart/form-data', 'x'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="original_image"; filename="a"\r\n\r\n\xff',
    ],
    ['multipart/form-data; boundary=b', ''],
  ] as const) {
    const answer = await app.post('/upload/pair', { headers: { 'content-type': type }, body });
    expect([type, answer.status, await answer.json()]).toEqual([type, 400, { error: expect.any(String) }]);
  }
  expect([filesOf('original'), filesOf('labeled')]).toEqual([[], []]);
  expect(await app.services.live.queries.countOf('original')).toBe(0);
});

test('a picture of 50 MB passes and one of 51 MB does not, over a real connection', {
  timeout: 60_000,
}, async () => {
  const app = await start();
  const url = `${await app.listen()}/upload/pair`;
  // A JPEG may have data after its end.
  const padded = (bytes: number) =>
    Buffer.concat([jpeg.subarray(0, -2), filler(bytes - jpeg.length), jpeg.subarray(-2)]);
  const large = await fetch(url, {
    method: 'POST',
    body: pair({ ...whole, original_image: padded(maxFileBytes + 1_048_576) }),
  });
  expect([large.status, await large.json()]).toEqual([
    413,
    { error: expect.stringContaining('original_image') },
  ]);
  expect([filesOf('original'), filesOf('labeled')]).toEqual([[], []]);
  const fits = await fetch(url, {
    method: 'POST',
    body: pair({ ...whole, original_image: padded(maxFileBytes) }),
  });
  expect([fits.status, await fits.json()]).toMatchObject([200, { success: true }]);
  expect(filesOf('original')).toHaveLength(1);
  const both = await fetch(url, {
    method: 'POST',
    body: pair({ ...whole, original_image: padded(80_000_000), labeled_image: padded(80_000_000) }),
  }).catch((error) => error);
  // Refused by its length alone; the connection may be closed while it is still being sent.
  if (both instanceof Response) expect(both.status).toBe(413);
  expect(filesOf('labeled')).toHaveLength(1);
});

/** JPEG comment segments, which every decoder skips. */
function filler(bytes: number): Buffer {
  const segments = Buffer.alloc(bytes, 0x20);
  for (let at = 0; at < bytes; ) {
    const length = Math.min(65_000, bytes - at);
    segments.writeUInt16BE(0xfffe, at);
    segments.writeUInt16BE(length - 2, at + 2);
    at += length;
  }
  return segments;
}

test('when the second picture cannot have its name, the first one is undone', async () => {
  await start();
  const folders = { original: join(base, 'original'), labeled: join(base, 'labeled') };
  const draft = draftPair(folders);
  writeFileSync(draft.paths.original, jpeg);
  const named = { coil: '7', at: testNow, extensions: { original: 'jpg', labeled: 'jpg' }, wallClock };
  await expect(storePair(draft, folders, named)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(filesOf('original')).toEqual([basename(draft.paths.original)]);
});

test('a pair is completed after a crash between its two renames, and an abandoned half is deleted', async () => {
  const app = await start();
  const folders = { original: join(base, 'original'), labeled: join(base, 'labeled') };
  // The dead process had renamed the first picture only.
  const [first, second] = ['7_1757121691123_original.jpg', '7_1757121691123_labeled.jpg'];
  writeFileSync(join(folders.original, first), jpeg);
  writeFileSync(join(folders.labeled, '.upload-aa.labeled.tmp'), labeledJpeg);
  const moves = [
    ['.upload-aa.original.tmp', first],
    ['.upload-aa.labeled.tmp', second],
  ];
  writeFileSync(join(folders.original, '.upload-aa.json'), JSON.stringify(moves));
  const forgotten = join(folders.original, '.upload-bb.original.tmp');
  writeFileSync(forgotten, jpeg.subarray(0, 99));
  const now = testNow + 3_600_000;
  utimesSync(forgotten, testNow / 1000, testNow / 1000);
  // Another process is still receiving this one.
  writeFileSync(join(folders.labeled, '.upload-dd.labeled.tmp'), jpeg.subarray(0, 99));
  utimesSync(join(folders.labeled, '.upload-dd.labeled.tmp'), now / 1000, now / 1000);
  writeFileSync(join(folders.original, '.upload-cc.json'), '{"half');
  expect(await recoverPairs(folders, now)).toEqual({ completed: 1, deleted: 1 });
  expect([filesOf('original'), filesOf('labeled')]).toEqual([[first], ['.upload-dd.labeled.tmp', second]]);
  await app.services.live.rescan();
  expect(await app.services.live.queries.countOf('labeled')).toBe(1);
});
