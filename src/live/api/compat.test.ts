import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { hostileNames } from '../../testing/faults/hostile-names.ts';
import { drawJpeg } from '../../testing/image-plant.ts';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';

const jpeg = await drawJpeg(64, 48);
const at = Date.parse('2025-09-06T10:21:31+09:00');
let plant: TestApp | undefined;
let base = '';
afterEach(() => plant?.close());

async function start(files: Record<string, Buffer> = {}): Promise<TestApp> {
  plant = await createTestApp({
    env: { DEMO: '0' },
    before: (folder) => {
      base = join(folder, 'state', 'live');
      for (const [path, bytes] of Object.entries(files)) {
        mkdirSync(join(base, path, '..'), { recursive: true });
        writeFileSync(join(base, path), bytes);
      }
    },
  });
  await plant.services.live.rescan();
  return plant;
}

const wire = (name: string, more: object) => ({
  filename: name,
  url: `/image/original/${name}`,
  type: 'original',
  size: jpeg.length,
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  ...more,
});

test('while there is no image, a placeholder that says so is served', async () => {
  const app = await start();
  for (const path of ['/latest', '/latest/original', '/latest/labeled', '/latest/nothing']) {
    const answer = (await app.json(path)) as { image: { url: string } };
    expect(answer).toEqual({
      success: true,
      image: {
        filename: 'demo.svg',
        url: '/image/mock/demo.svg',
        timestamp: testNow,
        type: 'mock',
        coil_number: null,
        size: 0,
        created_at: new Date(testNow).toISOString(),
      },
      total_images: 0,
      is_mock: true,
    });
    const picture = await app.request(answer.image.url);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await picture.text()).toContain('DEMO');
  }
  expect(await app.json('/list')).toEqual({
    success: true,
    images: [],
    pagination: { current_page: 1, total_pages: 0, total_images: 0, images_per_page: 20 },
  });
});

test('the newest image of a type and of a coil, lists by page, coil and date, the bytes, and the counts', async () => {
  const names = [
    '20250906102131_2891_original.jpg',
    `2892_${at + 3_600_000}_original.jpg`,
    `2891_${at - 86_400_000}_original.jpg`,
  ];
  const app = await start(Object.fromEntries(names.map((name) => [`original/${name}`, jpeg])));
  const [first, newest, dayBefore] = names as [string, string, string];
  expect(await app.json('/latest')).toEqual({
    success: true,
    image: wire(newest, { timestamp: at + 3_600_000, coil_number: '2892' }),
    total_images: 3,
    is_file_watcher: true,
  });
  expect(await app.json('/latest/original?coil_number=2891')).toEqual({
    success: true,
    image: wire(first, { timestamp: at, coil_number: '2891' }),
    total_images: 2,
    is_file_watcher: true,
  });
  expect(await app.json('/latest?coil_number=7')).toMatchObject({ is_mock: true });

  const list = async (query: string) => {
    const answer = (await app.json(`/list/original?${query}`)) as {
      images: { filename: string }[];
      pagination: object;
    };
    return [answer.images.map(({ filename }) => filename), answer.pagination];
  };
  const pagination = { current_page: 1, total_pages: 1, total_images: 3, images_per_page: 20 };
  expect(await list('')).toEqual([[newest, first, dayBefore], pagination]);
  expect(await list('page=2&limit=2')).toEqual([
    [dayBefore],
    { current_page: 2, total_pages: 2, total_images: 3, images_per_page: 2 },
  ]);
  expect((await list('coil_number=2891'))[0]).toEqual([first, dayBefore]);
  expect((await list('from_date=2025-09-06'))[0]).toEqual([newest, first]);
  expect((await list('to_date=2025-09-05'))[0]).toEqual([dayBefore]);
  expect((await list('from_date=2025-09-06T10:21&to_date=2025-09-06T10:22'))[0]).toEqual([first]);
  for (const query of ['page=0', 'limit=501', 'page=x', 'from_date=yesterday', 'to_date=2025-02-30']) {
    const answer = await app.request(`/list?${query}`);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.stringContaining(query.split('=')[0]!) },
    ]);
  }

  const file = await app.request(`/image/original/${first}`, { headers: { range: 'bytes=2-5' } });
  expect([file.status, Buffer.from(await file.arrayBuffer())]).toEqual([206, jpeg.subarray(2, 6)]);
  const stats = (await app.json('/stats')) as { stats: { types: Record<string, object> } };
  expect(stats).toMatchObject({
    success: true,
    timestamp: testNow,
    stats: { total_images: 3, is_file_watcher: true },
  });
  expect(stats.stats.types.original).toEqual({
    total_images: 3,
    latest: wire(newest, { timestamp: at + 3_600_000, coil_number: '2892' }),
    coils: ['2892', '2891'],
  });
});

test('no name reaches a file outside the folder of its type', async () => {
  const app = await start({ 'original/2891_1757121691123_original.jpg': jpeg, 'secret.jpg': jpeg });
  writeFileSync(join(base, '..', 'outside.jpg'), jpeg);
  symlinkSync(join(base, '..', 'outside.jpg'), join(base, 'original', 'link.jpg'));
  writeFileSync(join(base, 'original', 'notes.txt'), 'x');
  const names = [
    '..%2fsecret.jpg',
    '%2e%2e%2fsecret.jpg',
    '..%5csecret.jpg',
    '%2fetc%2fpasswd',
    'link.jpg',
    'notes.txt',
    '.',
    '..%2f..%2foutside.jpg',
    '%00.jpg',
    'a%00.jpg',
    '%',
    '%ff.jpg',
    '..',
    ...hostileNames.map((name) => `${encodeURIComponent(name)}.jpg`),
  ];
  for (const name of names) {
    const answer = await app.request(`/image/original/${name}`);
    expect([name, answer.status]).toEqual([name, expect.toBeOneOf([400, 404])]);
  }
  expect((await app.request('/image/state/data.sqlite')).status).toBe(404);
  expect((await app.request('/image/__proto__/a.jpg')).status).toBe(404);
  expect((await app.request('/image/original/2891_1757121691123_original.jpg')).status).toBe(200);
});
