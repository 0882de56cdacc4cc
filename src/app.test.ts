import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createTopics } from './kernel/stream/topics.ts';
import { attribute, readHtml } from './testing/html.ts';
import { createTestApp, type TestApp } from './testing/test-app.ts';

let plant: TestApp;
let scanner: ReturnType<typeof createApp>;
beforeAll(async () => {
  plant = await createTestApp();
  const { services } = plant;
  const topics = createTopics({ clock: plant.clock, log: services.log, version: '1', maxViewers: 1 });
  scanner = createApp({
    ...services,
    config: { ...services.config, role: 'scan' },
    topics,
  });
});
afterAll(() => plant.close());

/** A page request from the same machine. */
const ask = (path: string) =>
  scanner.request(path, { headers: { accept: 'text/html' } }, { incoming: { socket: {} }, outgoing: {} });

test('a process that only scans answers that it has no pages, without navigation', async () => {
  const answer = await ask('/inspections');
  const { elements } = readHtml(await answer.clone().text());
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('the role scan')]);
  const leading = elements.filter(({ tagName }) => ['a', 'nav', 'form', 'button'].includes(tagName));
  expect(leading.map(({ tagName }) => tagName)).toEqual([]);
  const files = elements.flatMap((element) => {
    const href = attribute(element, 'href') ?? attribute(element, 'src') ?? '';
    return href.startsWith('/static/') ? [href] : [];
  });
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect([file, (await ask(file)).status]).toEqual([file, 200]);
  expect((await ask('/health')).status).toBe(200);
});

test('an error page of a process that serves pages has its navigation', async () => {
  const answer = await plant.request('/nothing', { headers: { accept: 'text/html' } });
  const page = await answer.text();
  expect([answer.status, page.includes('<nav'), page.includes('href="/inspections"')]).toEqual([
    404,
    true,
    true,
  ]);
});
