import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImagePlant, drawJpeg, type ImagePlant } from '../../testing/image-plant.ts';

let plant: ImagePlant;
let image: string;
const photo = await drawJpeg(1200, 900);

beforeAll(async () => {
  plant = await createImagePlant();
  image = join(plant.watchDir, (await plant.add('OK-20260105-093000-1.jpg', photo)).path);
  writeFileSync(join(plant.watchDir, '..', 'secret.jpg'), photo);
  symlinkSync(join(plant.watchDir, '..', 'secret.jpg'), join(plant.watchDir, 'link-out.jpg'));
  mkdirSync(`${plant.watchDir}-old`);
  writeFileSync(join(`${plant.watchDir}-old`, 'a.jpg'), photo);
});
afterAll(async () => {
  rmSync(`${plant.watchDir}-old`, { recursive: true });
  await plant.close();
});

const ask = (route: string, path: string, headers = {}) =>
  plant.app.request(`${route}?path=${encodeURIComponent(path)}`, { headers });

test('/img streams the file, with parts', async () => {
  const whole = await ask('/img', image);
  expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect(Buffer.from(await whole.arrayBuffer()).equals(photo)).toBe(true);
  const part = await ask('/img', image, { range: 'bytes=0-99' });
  expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 100]);
});

test('/thumb is a JPEG with a longest side of THUMB_MAX_DIM, which browsers need not fetch twice', async () => {
  const response = await ask('/thumb', image);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  const metadata = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
  expect(metadata).toMatchObject({ format: 'jpeg', width: 512, height: 384 });
  const etag = response.headers.get('etag') ?? '';
  expect((await ask('/thumb', image, { 'if-none-match': etag })).status).toBe(304);
});

test('/thumb of a file that was written over is the new one', async () => {
  const { path } = await plant.add('OK-20260105-093100-2.jpg', await drawJpeg(300, 300));
  const full = join(plant.watchDir, path);
  const first = (await ask('/thumb', full)).headers.get('etag');
  writeFileSync(full, await drawJpeg(300, 200, '#a32020'));
  const second = await ask('/thumb', full);
  expect(second.headers.get('etag')).not.toBe(first);
  expect(await sharp(Buffer.from(await second.arrayBuffer())).metadata()).toMatchObject({ height: 200 });
});

test.each(['/img', '/thumb'])('%s gives nothing from outside the watched folder', async (route) => {
  const outside = [
    '/etc/passwd',
    join(plant.watchDir, '..', 'secret.jpg'),
    `${plant.watchDir}/../secret.jpg`,
    `${plant.watchDir}-old/a.jpg`,
    join(plant.watchDir, 'link-out.jpg'),
    'S9/OR-3CT/OK-20260105-093000-1.jpg',
    `${image}\0.jpg`,
    '',
  ];
  for (const path of outside) {
    const response = await ask(route, path);
    expect([response.status, await response.json()], path).toEqual([
      400,
      { error: 'Path outside watch dir' },
    ]);
  }
  expect((await plant.app.request(route)).status).toBe(400);
});

test.each(['/img', '/thumb'])('%s of a file that is not there is not found', async (route) => {
  const response = await ask(route, join(plant.watchDir, 'S9', 'gone.jpg'));
  expect([response.status, await response.json()]).toEqual([404, { error: 'Not found' }]);
  expect((await ask(route, `${plant.watchDir}/%2e%2e/secret.jpg`)).status).toBe(404);
  expect((await ask(route, join(plant.watchDir, 'S9'))).status).toBe(404);
});

test('an image that cannot be drawn is a refusal with the reason; the file itself is a download', async () => {
  const path = join(plant.watchDir, 'page.jpg');
  writeFileSync(path, '<script>alert(1)</script>');
  const thumbnail = await ask('/thumb', path);
  expect([thumbnail.status, await thumbnail.json()]).toEqual([
    400,
    { error: 'No thumbnail: the file is not an image' },
  ]);
  const file = await ask('/img', path);
  expect([file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
    'application/octet-stream',
    'attachment; filename="page.jpg"',
  ]);
  await file.arrayBuffer();
});
