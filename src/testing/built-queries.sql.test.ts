import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accessTable } from './access-table.ts';
import { watchBuiltQueries } from './built-queries.ts';
import { drawJpeg } from './image-plant.ts';
import { addToken, addUser, ownPage, signIn } from './people.ts';
import { createTestApp, type TestApp } from './test-app.ts';

const image = 'S9/OR-3CT/OK-20250906-102131-1.jpg';
/** Longer than anything read is kept in memory, shorter than a session without use. */
const pauseMs = 10 * 60_000;

/** What pages, fragments and old routes can be asked for; each leaves other conditions out of its queries. */
const filters = [
  '',
  'period=1w',
  'start=2025-09-05T10:00:07&end=2025-09-06T10:20:07',
  'station=S9&part=OR-3CT&period=1d',
  'site=main&verdict=NG&period=1d',
  'station=S9&verdict=unmatched&sort=yield&kiosk=1',
];
const topics = [
  '/inspections/cards?period=1d',
  '/overview/stations',
  '/sources/status',
  '/station/summary?station=S9',
  '/station/gaps?station=S9&period=1w',
];
/** A request that changes something is not hot, and its transaction builds its own queries. */
const reads = accessTable.filter(({ route }) => /^GET |^POST \/api\/stats$/.test(route));
/** An open stream never ends; its fragments are those of the snapshot. */
const urls = reads
  .filter(({ route }) => route !== 'GET /stream')
  .flatMap(({ route, example }) => {
    const isFiltered = /^(?:GET \/(?:$|live|inspections|station|overview|sources)|POST )/.test(route);
    return isFiltered ? filters.map((filter) => withFilter(example, filter)) : [example];
  })
  .concat(topics.map((topic) => `/stream/snapshot?topics=${encodeURIComponent(topic)}`))
  .concat(
    '/audit?actor=admin&subject=users&from=2025-09-05T10:00&to=2025-09-07T10:00&before=99',
    '/list/original?page=2&limit=1',
    '/list?start=2025-09-05T10:00:07&end=2025-09-06T10:20:07',
    '/api/v1/live/coils?channel=original&startsWith=28&limit=2',
    '/api/v1/live/images?channel=original&coil=2891&limit=2',
    '/api/v1/inspections?limit=1&verdict=NG',
    '/api/v1/inspections?count=1&station=S9&verdict=OK',
    '/api/v1/inspections?name=OK-&part=OR-3CT&period=1d',
    ...['S9', 'S9 1', '1', 'OK-2025', '10:21', 'S9 2025-09-06', '289', 'nothing'].map(
      (q) => `/search?${new URLSearchParams({ q })}`,
    ),
  );

let plant: TestApp;
let people: Record<string, string>[];

beforeAll(async () => {
  const jpeg = await drawJpeg(64, 48);
  plant = await createTestApp({
    env: { ACCESS: 'closed', DEMO: '0' },
    images: [
      image,
      'S9/OR-3CT/NG-20250906-102331-3.jpg',
      'S9/OR-2CT/unreadable.jpg',
      'S7-D2/OR-2CT/NG-20250903-092000-1.jpg',
    ],
    before: (folder) => {
      const dir = join(folder, 'state', 'live', 'original');
      mkdirSync(dir, { recursive: true });
      for (const coil of [2891, 2892]) writeFileSync(join(dir, `${coil}_1757120400000_original.jpg`), jpeg);
    },
  });
  await addUser(plant, 'admin', 'admin');
  const link = { name: 'tv', siteId: null, pages: ['/overview', '/live'] };
  const secret = await plant.services.access.keys.addLink({ actor: 'admin', address: '' }, link);
  people = [
    { cookie: await signIn(plant, 'admin'), ...ownPage },
    { authorization: `Bearer ${await addToken(plant, ['read'])}` },
    { cookie: `linesight_kiosk=${secret}` },
  ];
  await plant.services.live.rescan();
  await vi.waitFor(() => expect(plant.services.live.current.latest('original')).toBeDefined(), 10_000);
});
afterAll(() => plant.close());

test('no page, fragment, snapshot or old route builds a query again that it has asked before', async () => {
  const request = new AsyncLocalStorage<string>();
  const builders = new Set<string>();
  const askAll = async (): Promise<number> => {
    let answered = 0;
    for (const headers of people)
      for (const url of urls) {
        const method = url.startsWith('/api/stats') ? 'POST' : 'GET';
        const address = url.replace('<path>', encodeURIComponent(join(plant.watchDir, image)));
        const { status } = await request.run(url, () => plant.request(address, { method, headers }));
        expect(status, url).toBeLessThan(500);
        if (status === 200) answered += 1;
      }
    return answered;
  };

  expect(await askAll()).toBeGreaterThan(100);
  plant.clock.advance(pauseMs);
  // What a loop of the product reads meanwhile is no request's.
  using _watch = watchBuiltQueries(plant.services.db, (text) => {
    const url = request.getStore();
    if (url !== undefined) builders.add(`${url}: ${text}`);
  });
  await askAll();
  // Keep a query that a request sends: see prepared() in kernel/db.
  expect([...builders]).toEqual([]);
});

function withFilter(example: string, filter: string): string {
  return filter === '' ? example : `${example}${example.includes('?') ? '&' : '?'}${filter}`;
}
