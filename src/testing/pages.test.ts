import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../kernel/i18n/languages.ts';
import { readSettingTranslations } from '../settings/translations.ts';
import { type Crawl, crawl } from './crawl.ts';
import { type Element, readHtml } from './html.ts';
import { createTestApp, type TestApp, type TestImage } from './test-app.ts';
import { findUntranslated } from './untranslated.ts';

/** A name that means something to HTML, URLs, CSV and selectors. */
const oddStation = `A&B <i>"'+;% 100%#?=..`;

const images: TestImage[] = [
  'S9/OR-3CT/OK-20250906-101000-1.jpg',
  'S9/OR-3CT/NG-20250906-101100-2.jpg',
  'S9/OR-3CT/OK-20250906-101500-5.jpg',
  'S9/OR-2CT/OK-20250906-092000-1.jpg',
  'S7-D2/OR-2CT/OK-20250903-092000-1.jpg',
  `${oddStation}/형식 1/NG-20250906-102000-1.jpg`,
  { path: 'S4/OR-3CT/board (1).jpg', modifiedAt: Date.parse('2025-09-06T10:05:00+09:00') },
  { path: 'S4/OR-3CT/NG-20250906-100600-3.jpg', bytes: Buffer.from('not an image') },
  'OK-20250906-101500-1.jpg',
];

const otherLanguages = languages.filter((lang) => lang !== 'en');

/** Forms that do nothing until they are filled in, and one whose names of people and stations are English by contract. */
const needInput =
  /^\/(?:demo\/start|productivity\/(?:demo|oee\/cycles|stops\/reasons|handover\/notes)|login|setup|sources|wall|plant\/(?:stations\/\d+\/(?:merge|events)|lines|workers|models(?:\/cycle)?|file))$/;

/** Forms that say what they showed: sent a second time they are of before, and refused. */
const saysWhatItShowed = /^\/plant\/shifts on /;

/** Walls are hung up once, by hand: no link leads to them. */
const starts = ['/', '/?kiosk=1', '/overview?kiosk=1', '/stations/S9?kiosk=1'];

describe.each([
  { plant: 'a plant with images', images, starts },
  { plant: 'an empty plant', images: [], starts: starts.slice(0, 3) },
])('every page of $plant', ({ images, starts }) => {
  let plant: TestApp;
  let found: Crawl;
  beforeAll(async () => {
    plant = await createTestApp({ images, env: { SITE_NAME: 'Works <1> & Co' } });
    found = await crawl((url) => plant.request(url), starts);
  });
  afterAll(() => plant.close());

  const pages = () => found.visits.filter(({ html }) => html !== undefined);
  /** The same page with other filters has the same frame and words. */
  const kindsOfPages = () =>
    [...Map.groupBy(pages(), ({ url }) => url.split('?')[0]).values()].map(([page]) => page!);

  test('is reached by a link and answers', () => {
    const dead = found.visits.filter(({ response }) => response.status !== 200);
    expect(dead.map(({ url, from, response }) => `${response.status} ${url} on ${from}`)).toEqual([]);
  });

  test('has no links outside the plant and no anchors that do not exist', () => {
    expect(found.external).toEqual([]);
    expect(found.deadAnchors).toEqual([]);
  });

  test('is HTML without an error', () => {
    const faults = pages().flatMap(({ url, faults: found }) => found.map((fault) => `${url}: ${fault}`));
    expect(faults).toEqual([]);
  });

  test('says once in which time zone its times are, walls and live pages as well', () => {
    expect(kindsOfPages().map(({ url }) => url.split('?')[0])).toEqual(
      expect.arrayContaining(['/', '/live']),
    );
    for (const { url, html = '' } of pages().filter((page) => page.html?.includes('<html'))) {
      const text = html.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
      expect(text.split('All times in Asia/Seoul (UTC+9)'), url).toHaveLength(2);
    }
  });

  test('may run, load and be framed by nothing but this server, and is not sent again unchanged', async () => {
    for (const { url } of kindsOfPages()) {
      const { headers } = await plant.request(url);
      expect(headers.get('content-security-policy'), url).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(headers.get('x-content-type-options'), url).toBe('nosniff');
      expect(headers.get('referrer-policy'), url).toBe('same-origin');
      expect(headers.get('cache-control'), url).toBe('no-cache');
      expect(headers.get('vary'), url).toMatch(/cookie/i);
      const again = await plant.request(url, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
      expect([url, again.status, await again.text()]).toEqual([url, 304, '']);
    }
  });

  test('sends its forms to where they are answered, and the reader back to a page', async () => {
    const forms = found.postForms.filter(({ action }) => !needInput.test(action));
    const kinds = Map.groupBy(forms, ({ action, page }) => `${action} on ${page.split('?')[0]}`);
    expect(kinds.size).toBeGreaterThan(1);
    // Last what takes pages away that others lead to: all images are read again by another layout behind the answer, and
    // a hidden station has no live view.
    const endsPages = (name: string) => name.startsWith('/sources/') || /\/hide on /.test(name);
    const [last, others] = [true, false].map((isLast) =>
      [...kinds].filter(([name]) => endsPages(name) === isLast),
    );
    expect(last!.length).toBeGreaterThan(0);
    for (const [name, [form]] of [...others!, ...last!]) {
      for (const sent of form!.others.length > 0 && !saysWhatItShowed.test(name)
        ? form!.others
        : [form!.fields]) {
        // Nobody sends a hundred forms in a moment, and the server would not take them.
        plant.clock.advance(1_000);
        const answer = await plant.post(form!.action, { body: new URLSearchParams(sent) });
        expect([name, answer.status]).toEqual([name, 303]);
        const to = answer.headers.get('location') ?? '';
        const back = await plant.request(to);
        const said = back.status === 200 ? '' : await back.text();
        expect(`${name}, back to ${to}: ${back.status} ${said}`).toBe(`${name}, back to ${to}: 200 `);
      }
    }
  });

  test.each(otherLanguages)('is in %s for a reader of that language', async (lang) => {
    // Meanings of settings name folders, groups of patterns and other systems; settings/translations.test.ts reads them.
    const meanings = Object.values(readSettingTranslations()[lang]?.meanings ?? {});
    const find = findUntranslated(readTexts('en'), readTexts(lang));
    const untranslated = (elements: readonly Element[]) =>
      find(elements).filter((fault) => !meanings.some((meaning) => fault.startsWith(`"${meaning}" (`)));
    const faults: string[] = [];
    for (const { url } of kindsOfPages()) {
      const html = await plant.text(url, { headers: { cookie: `lang=${lang}` } });
      const read = readHtml(html);
      faults.push(...read.faults.map((fault) => `${url}: ${fault}`));
      faults.push(...untranslated(read.elements).map((text) => `${url}: ${text}`));
    }
    expect(faults).toEqual([]);
  });
});

describe.each(languages)('an error in %s', (lang) => {
  let plant: TestApp;
  beforeAll(async () => {
    plant = await createTestApp();
  });
  afterAll(() => plant.close());

  test.each([
    ['/nothing', 404],
    ['/stations/none', 404],
    ['/inspections/99', 404],
    ['/?start=never', 400],
  ])('at %s is a page, and a panel where a panel was asked for', async (path, status) => {
    const untranslated = findUntranslated(readTexts('en'), readTexts(lang));
    for (const asked of [{}, { 'hx-request': 'true' }]) {
      const answer = await plant.request(path, { headers: { cookie: `lang=${lang}`, ...asked } });
      const html = await answer.text();
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-store']);
      const { elements, faults } = readHtml(html);
      expect(faults).toEqual([]);
      expect(html).toContain(answer.headers.get('x-request-id'));
      if (lang !== 'en') expect(untranslated(elements)).toEqual([]);
    }
  });
});

function readTexts(lang: string): object {
  return JSON.parse(
    readFileSync(new URL(`../../views/locales/${lang}.json`, import.meta.url), 'utf8'),
  ) as object;
}
