import { afterAll, beforeAll, expect, test } from 'vitest';
import { languages } from '../kernel/i18n/languages.ts';
import { accessTable } from '../testing/access-table.ts';
import { attribute, readHtml, textOf } from '../testing/html.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ images: ['S9/OR-3CT/NG-20250906-102131-1.jpg'] });
});
afterAll(() => plant.close());

const as = (lang: string) => ({ headers: { cookie: `lang=${lang}` } });
const headingOf = (html: string) =>
  readHtml(html)
    .elements.filter(({ tagName }) => tagName === 'h1')
    .map(textOf)
    .join();

/** Pages that need no explanation of their own: the manual, and what shows nothing of the plant. */
const unexplained = ['/manual', '/manual/inspections'];

test('every page leads to the section that explains it', async () => {
  const seen: string[] = [];
  for (const { route, example } of accessTable.filter(({ route }) => route.startsWith('GET '))) {
    const answer = await plant.request(example.replace('<path>', '/'));
    const isHtml = answer.headers.get('content-type')?.startsWith('text/html');
    const html = isHtml ? await answer.text() : '';
    if (answer.status !== 200 || !html.includes('<html')) continue;
    const links = readHtml(html).elements.filter((element) => attribute(element, 'class') === 'help');
    expect([route, links.length]).toEqual([route, 1]);
    const href = attribute(links[0]!, 'href') ?? '';
    seen.push(example);
    if (unexplained.includes(example)) continue;
    expect([route, href]).toEqual([route, expect.stringMatching(/^\/manual\/[a-z-]+#[a-z-]+$/)]);
    const [path = '', anchor] = href.split('#');
    const target = readHtml(await plant.text(path)).elements.map((element) => attribute(element, 'id'));
    expect([href, target.includes(anchor)]).toEqual([href, true]);
  }
  expect(seen).toEqual(expect.arrayContaining(['/inspections', '/stations/S9', '/inspections/1', '/system']));
});

test('a wall has no "?"', async () => {
  expect(await plant.text('/inspections?kiosk=1')).not.toContain('/manual');
});

test.each(languages)(
  'a page for the line is in %s, one for administrators says that it is in English',
  async (lang) => {
    const line = await plant.text('/manual/alarms', as(lang));
    const admin = await plant.text('/manual/storage', as(lang));
    const sentence = plant.services.i18n.t(lang)('manual.inEnglish');
    expect([line.includes(sentence), admin.includes(sentence)]).toEqual([false, lang !== 'en']);
    expect(headingOf(line)).toContain(plant.services.i18n.t(lang)('alarms.title'));
    expect(headingOf(admin)).toContain('Storage, backup and retention');
  },
);

test('a search shows where the words are, and says when they are nowhere', async () => {
  const found = await plant.text('/manual?q=acknowledge');
  expect(found).toContain('href="/manual/alarms#acknowledge"');
  expect(found).toMatch(/<mark>acknowledge<\/mark>/i);
  const nothing = await plant.text('/manual?q=%3Cscript%3E');
  expect(nothing).toContain('No part of the manual holds all of these words.');
  expect(nothing).not.toContain('<script>');
});

test('a page that is not there is 404', async () => {
  expect((await plant.request('/manual/nothing')).status).toBe(404);
  expect((await plant.request('/manual/..%2Fen%2Fapi')).status).toBe(404);
});
