import { afterAll, beforeAll, expect, test } from 'vitest';
import { attribute, type Element, hasClass, readHtml, textOf } from '../../testing/html.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

/** Now is 10:30:15 on 2025-09-06 in Seoul. */
const images = [
  'S9/OR-3CT/OK-20250906-100000-1.jpg',
  'S9/OR-3CT/NG-20250906-100100-2.jpg',
  'S9/OR-2CT/NG-20250906-100200-3.jpg',
  'S9/OR-3CT/NG-20250906-100300-4.jpg',
  'S9/OR-3CT/OK-20250906-100400-5.jpg',
  'S9/OR-3CT/NG-20250906-092000-6.jpg',
  'S4/OR-3CT/NG-20250906-100230-7.jpg',
];

let plant: TestApp;
const ids = new Map<number, number>();
beforeAll(async () => {
  plant = await createTestApp({ images });
  const { inspections } = (await plant.json('/api/v1/inspections?period=1d&limit=50')) as {
    inspections: { id: number; sequence: number }[];
  };
  for (const { id, sequence } of inspections) ids.set(sequence, id);
});
afterAll(() => plant.close());

const idOf = (count: number) => ids.get(count)!;
const idsOf = (...counts: number[]) => counts.map(idOf).join(',');
const load = async (path: string) => readHtml(await plant.text(path)).elements;
const loadImage = (count: number, query = '') => load(`/inspections/${idOf(count)}${query}`);
const linkTo = (page: Element[], name: string) => {
  const link = page.find((element) => attribute(element, 'data-go') === name);
  return link && new URL(attribute(link, 'href')!, 'http://x');
};
const countOf = (link: URL | undefined) => {
  const id = Number(link?.pathname.split('/').at(-1));
  return [...ids].find(([, known]) => known === id)?.[0];
};
const neighbours = (page: Element[]) =>
  ['previousNg', 'previous', 'next', 'nextNg'].map((name) => countOf(linkTo(page, name)));
const film = (page: Element[]) =>
  page
    .filter((element) => attribute(element, 'data-step') === 'film')
    .map((link) => countOf(new URL(attribute(link, 'href')!, 'http://x')));
const setOf = (page: Element[]) => textOf(page.find((element) => hasClass(element, 'viewer-set'))!);
const refusal = async (path: string) => {
  const answer = await plant.request(path, { headers: { accept: 'application/json' } });
  const { error } = (await answer.json()) as { error: { message: string } };
  return [answer.status, error.message];
};

test('an image without a list stands among all images of its station', async () => {
  const page = await loadImage(3);
  expect(neighbours(page)).toEqual([2, 2, 4, 4]);
  expect(film(page)).toEqual([6, 1, 2, 3, 4, 5]);
  expect(setOf(page)).toBe('To the images of this station');
  expect(linkTo(page, 'next')!.search).toBe('');
});

test('an image stays within station, model, verdict and time of its list', async () => {
  const ng = await loadImage(3, '?station=S9&verdict=NG');
  expect(film(ng)).toEqual([2, 3, 4]);
  expect(neighbours(ng)).toEqual([undefined, 2, 4, undefined]);
  expect(setOf(ng)).toBe('Within S9 · NG · 09:31–10:31');
  expect(film(await loadImage(2, '?station=S9&part=OR-3CT&period=1d'))).toEqual([6, 1, 2, 4, 5]);
  expect(film(await loadImage(3, '?station=S9&start=2025-09-06T10:02&end=2025-09-06T10:04'))).toEqual([3, 4]);
  const all = await loadImage(3, '?verdict=NG&period=1d');
  expect(film(all)).toEqual([6, 2, 3, 7, 4]);
  expect(setOf(all)).toMatch(/^Within all stations · NG · /);
});

test('a period that moves is fixed as it is now, with an image that it has just left', async () => {
  const search = (page: Element[]) => decodeURIComponent(linkTo(page, 'next')!.search);
  const window = 'station=S9&period=custom&start=2025-09-06T09:31&end=2025-09-06T10:31';
  expect(search(await loadImage(1, '?station=S9'))).toBe(`?${window}`);
  const left = await loadImage(6, '?station=S9&period=1h');
  expect(search(left)).toBe(`?${window.replace('09:31', '09:20')}`);
  expect(film(left)).toEqual([6, 1, 2, 3, 4, 5]);
});

test('an image that its list does not have is shown, and the page says so', async () => {
  const page = await loadImage(5, '?station=S9&verdict=NG');
  expect(setOf(page)).toBe('Not within S9 · NG · 09:31–10:31');
  expect(neighbours(page)).toEqual([undefined, 4, undefined, undefined]);
});

test('a list that is not known, and filters that are none, are refused in words', async () => {
  const path = `/inspections/${idOf(1)}`;
  expect(await refusal(`${path}?station=S1`)).toEqual([
    404,
    expect.stringContaining('station or model that is not'),
  ]);
  expect(await refusal(`${path}?verdict=maybe`)).toEqual([
    400,
    expect.stringContaining('The verdict "maybe" is none'),
  ]);
  expect(await refusal(`${path}?period=3h`)).toEqual([
    400,
    expect.stringContaining('The period "3h" is none of'),
  ]);
});

test('the way back leads to the page of the list that has the image', async () => {
  const grid = async (count: number) => {
    const page = await loadImage(count, '?station=S9&verdict=NG');
    const link = page.find((element) => attribute(element, 'data-grid') !== undefined)!;
    return load(attribute(link, 'href')!.split('#')[0]!);
  };
  const hasImage = (page: Element[], count: number) =>
    page.some((element) => attribute(element, 'id') === `shot-${idOf(count)}`);
  for (const count of [2, 3, 4]) expect(hasImage(await grid(count), count), `${count}`).toBe(true);
});

test('images are compared from the oldest on, in both spellings of their numbers', async () => {
  const compared = (page: Element[]) =>
    page.filter(({ tagName }) => tagName === 'h2').map((title) => textOf(title).replaceAll(/\s+/g, ' '));
  const wanted = ['NG OR-3CT #2', 'NG OR-2CT #3', 'NG OR-3CT #4'];
  expect(compared(await load(`/inspections/compare?ids=${idsOf(4, 2, 3)}`))).toEqual(wanted);
  const repeated = [4, 3, 2, 3].map((count) => `ids=${idOf(count)}`).join('&');
  expect(compared(await load(`/inspections/compare?${repeated}&station=S9&verdict=NG`))).toEqual(wanted);
});

test('one click on "Compare" puts an image beside the NG images before it', async () => {
  const page = await loadImage(4, '?station=S9');
  const link = page.find((element) => attribute(element, 'data-compare') !== undefined)!;
  const { searchParams } = new URL(attribute(link, 'href')!, 'http://x');
  expect(searchParams.get('ids')).toBe(idsOf(4, 3, 2));
});

test('what cannot be compared says why', async () => {
  const path = '/inspections/compare';
  expect(await refusal(path)).toEqual([400, 'Choose two to four images to compare.']);
  expect(await refusal(`${path}?ids=${idsOf(1, 2, 3, 4, 5)}`)).toEqual([
    400,
    'Four images can be compared at once; these are 5. Leave some out.',
  ]);
  expect(await refusal(`${path}?ids=1,two`)).toEqual([400, '"two" is not the number of an image.']);
  expect(await refusal(`${path}?ids=1,987654`)).toEqual([404, 'There is no image with the number 987654.']);
  expect(await plant.text(`${path}?ids=${idOf(1)}`)).toContain('One image alone cannot be compared');
});

test('the views of a unit are beside each other, the one shown marked', async () => {
  const env = {
    FILENAME_REGEX: '^(?<pass>OK|NG)-(?<date>\\d{8})-(?<time>\\d{6})-(?<count>\\d+)-(?<view>\\w+)\\.jpg$',
  };
  const names = ['OK-20250906-100000-1', 'NG-20250906-100100-2'].flatMap((name) =>
    ['top', 'side'].map((view) => `S9/OR-3CT/${name}-${view}.jpg`),
  );
  await using ofViews = await createTestApp({ env, images: names });
  const { inspections } = (await ofViews.json('/api/v1/inspections?period=1d')) as {
    inspections: { id: number; view: string; verdict: string }[];
  };
  const viewOf = (id: number) => inspections.find((image) => image.id === id)?.view;
  const unit = inspections.filter(({ verdict }) => verdict === 'OK').map(({ id }) => id);
  const shown = unit[0]!;
  const page = readHtml(await ofViews.text(`/inspections/${shown}`)).elements;
  const views = page.filter((element) => attribute(element, 'data-step') === 'view');
  expect(views.map((link) => textOf(link).replaceAll(/\s+/g, ' ').trim())).toEqual(['OK side', 'OK top']);
  const marked = views.filter((link) => attribute(link, 'aria-current') === 'true');
  expect(marked.map((link) => attribute(link, 'href'))).toEqual([`/inspections/${shown}`]);
  const compare = page.find((element) => attribute(element, 'data-compare') !== undefined)!;
  const chosen = new URL(attribute(compare, 'href')!, 'http://x').searchParams.get('ids')!.split(',');
  expect(chosen.map((id) => viewOf(Number(id)))).toEqual([viewOf(shown), viewOf(shown)]);
  const both = page.find((element) => textOf(element) === 'Side by side')!;
  const compared = readHtml(await ofViews.text(attribute(both, 'href')!)).elements;
  expect(compared.filter(({ tagName }) => tagName === 'figure')).toHaveLength(2);
});
