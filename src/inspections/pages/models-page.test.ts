import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageSeries } from '../../testing/e2e/images.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({
    images: [
      ...imageSeries('S9/OR-3CT', { count: 20, time: '100000', ngEvery: 4 }),
      ...imageSeries('S4/OR-3CT', { count: 20, time: '100500', ngEvery: 20 }),
      ...imageSeries('S4/OR-2CT', { count: 10, time: '101000' }),
    ],
  });
});
afterAll(() => plant.close());

const page = async (query = '') => (await plant.text(`/models${query}`)).replaceAll(/\s+/g, ' ');
const cellsOf = (html: string, name: string) =>
  new RegExp(`${name}</a></th>(.*?)</tr>`)
    .exec(html)?.[1]
    ?.replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const legend = (html: string) =>
  /<p class="legend">(.*?)<\/p>/
    .exec(html)?.[1]
    ?.replaceAll(/<[^>]*>/g, '')
    .trim()
    .split(/\s+/);

test('a model is summed over its stations, the worst of them named first', async () => {
  const html = await page();
  // 15 of 20 at S9 and 19 of 20 at S4.
  expect(cellsOf(html, 'OR-<wbr>3CT')).toMatch(/85\.0 .*34 6 S9 75\.0 % S4 95\.0 % $/);
  expect(html.indexOf('value="model:OR-3CT"')).toBeLessThan(html.indexOf('value="model:OR-2CT"'));
});

test('models and stations stand in the order asked for, which chosen lines and filters keep', async () => {
  const orderOf = (html: string) =>
    [...html.matchAll(/value="((?:model|station):[^"]*)"/g)].map(([, line]) => line);
  expect(orderOf(await page('?sort=models-name'))).toEqual([
    'model:OR-2CT',
    'model:OR-3CT',
    'station:S9',
    'station:S4',
  ]);
  const html = await page('?sort=stations-ng&dir=asc&line=station:S9');
  expect(orderOf(html).slice(2)).toEqual(['station:S4', 'station:S9']);
  expect(html.match(/name="sort" value="stations-ng"/g)).toHaveLength(2);
  expect(html).toContain('href="/models?sort=stations-ng&amp;dir=desc&amp;line=station%3AS9#stations-title"');
});

test('without a choice the models of most inspections are lines, and a choice replaces them', async () => {
  expect(legend(await page())).toEqual(['OR-3CT', 'OR-2CT']);
  const html = await page('?line=station:S9&line=station:S4');
  expect(legend(html)).toEqual(['S9', 'S4']);
  expect(html).toMatch(/value="station:S9"[^>]* checked/);
  expect(html.match(/class="chart-line chart-series-1" fill="none" vector/g)).toHaveLength(1);
});

test('the numbers below the chart are yield and inspections of each line', async () => {
  const html = await page(
    '?line=model:OR-3CT&line=model:OR-2CT&period=custom&start=2025-09-06T10:00&end=2025-09-06T10:20',
  );
  const rows = [...html.matchAll(/<tr data-from.*?<\/tr>/g)].map(([row]) =>
    row
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  expect(rows.length).toBeGreaterThan(1);
  expect(rows[0]).toMatch(/ 75\.0 % 20 – 0$/);
  expect(rows.at(-1)).toMatch(/ – 0 90\.0 % 10$/);
});

test('a line that nobody knows is named in the answer', async () => {
  const answer = await plant.request('/models?line=model:none', { headers: { accept: 'text/html' } });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('model:none')]);
});
