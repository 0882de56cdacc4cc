import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../e2e/browser.ts';
import { attribute, readHtml, textOf } from '../html.ts';
import { findBookFaults, readRows } from './books.ts';
import { hostileNames, nonUtf8Names } from './hostile-names.ts';
import { imageName, tinyJpeg, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const browser = useBrowser();
const at = Date.now() - 60_000;
/** Longer names leave no room for an ending. */
const fileNames = hostileNames.map((name) => `${name}.jpg`).filter((name) => Buffer.byteLength(name) <= 255);
let plant: FaultPlant;
let running: PlantProcess;
let pages: string[];

type Listed = { id: number; station: string; part: string; name: string; path: string };

beforeAll(async () => {
  plant = createFaultPlant();
  const { watchDir } = plant;
  for (const [i, name] of hostileNames.entries()) {
    writeImage(watchDir, `${name}/${name}/${imageName(i % 2 === 0 ? 'NG' : 'OK', at, i)}`);
  }
  for (const name of fileNames) writeImage(watchDir, `S9/OR-3CT/${name}`);
  writeImage(watchDir, `S9/OR-3CT/${imageName('OK', at, 1)}`);
  writeFileSync(join(plant.folder, 'secret.jpg'), 'a secret outside');
  symlinkSync(join(plant.folder, 'secret.jpg'), join(watchDir, 'S9/OR-3CT', imageName('NG', at, 2)));
  symlinkSync('/', join(watchDir, 'S9/root'));
  running = await plant.start({ SITE_NAME: '<b>&"site"' });
  await running.listening;
  await waitUntil(
    'all are counted',
    () => readRows(plant.dbPath).length >= hostileNames.length + fileNames.length + 2,
  );
  pages = await listPages();
});
afterAll(() => plant[Symbol.asyncDispose]());

async function listInspections(): Promise<Listed[]> {
  const answer = await running.fetch('/api/v1/inspections?limit=500');
  return ((await answer.json()) as { inspections: Listed[] }).inspections;
}

/** Every kind of page and fragment, for every name there is. */
async function listPages(): Promise<string[]> {
  const inspections = await listInspections();
  const station = (name: string) => `/stations/${encodeURIComponent(name)}`;
  const fragments = [
    ...(await listFragments(station(hostileNames[0]!))),
    ...(await listFragments(station('S9'))),
  ];
  return [
    ...['/', '/inspections?period=1d', '/?kiosk=1', '/inspections/cards', '/overview', '/overview/stations'],
    ...['/sources', '/sources/status', '/settings'],
    ...hostileNames.map(station),
    ...hostileNames.map((name) => `/inspections?${new URLSearchParams({ station: name, part: name })}`),
    ...fragments,
    ...inspections.map(({ id }) => `/inspections/${id}`),
  ];
}

/** What the stream of a page keeps up to date. */
async function listFragments(url: string): Promise<string[]> {
  const { elements } = readHtml(await running.text(url));
  const stream = elements.flatMap((element) => attribute(element, 'hx-sse:connect') ?? []);
  const topics = new URL(stream[0]!, running.origin).searchParams.getAll('topics');
  expect(topics.length).toBeGreaterThan(3);
  return topics;
}

test('files and folders are counted whatever their names are, and a link out of the root leads nowhere', async () => {
  const rows = readRows(plant.dbPath);
  expect(rows.map(({ file }) => file)).toEqual(
    expect.arrayContaining(fileNames.map((name) => `S9/OR-3CT/${name}`)),
  );
  expect(rows).toHaveLength(hostileNames.length + fileNames.length + 2);
  expect(findBookFaults(plant.dbPath)).toEqual([]);
  const { stations } = (await (await running.fetch('/api/meta')).json()) as { stations: string[] };
  expect([...stations].sort()).toEqual([...hostileNames.map((name) => name.normalize('NFC')), 'S9'].sort());
  const linked = (await listInspections()).find(({ name }) => name === imageName('NG', at, 2))!;
  for (const size of ['strip.webp', 'card.webp', 'original']) {
    const answer = await running.fetch(`/images/${linked.id}/0/${size}`);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    expect(await answer.text()).not.toContain('secret');
  }
  const link = join(plant.watchDir, linked.path);
  for (const path of [link, join(plant.folder, 'secret.jpg'), join(plant.watchDir, 'S9/root/etc/passwd')]) {
    const answer = await running.fetch(`/img?${new URLSearchParams({ path })}`);
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'Path outside watch dir' }]);
  }
});

test('every page prints them as text: no element, attribute or header is theirs', async () => {
  let printed = 0;
  for (const url of pages) {
    const answer = await running.fetch(url);
    expect([url, answer.status]).toEqual([url, 200]);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const { elements, faults } = readHtml(await answer.text());
    // Control characters in a name are an error of HTML that changes nothing.
    expect(
      faults.filter((fault) => !fault.startsWith('control-character')),
      url,
    ).toEqual([]);
    const own = elements.filter(
      (element) =>
        element.attrs.some(({ name }) => name.startsWith('on')) ||
        (element.tagName === 'script' && !attribute(element, 'src')?.startsWith('/static/')) ||
        element.attrs.some(
          ({ name, value }) => /^(?:href|src|action)$/.test(name) && /^\s*javascript:/i.test(value),
        ),
    );
    expect(
      own.map(({ tagName }) => tagName),
      url,
    ).toEqual([]);
    const [whole] = elements;
    if (whole && hostileNames.some((name) => textOf(whole).includes(name.replace(/\s+/g, ' ').trim())))
      printed += 1;
  }
  expect(printed).toBeGreaterThan(hostileNames.length);
});

test('images, tables and lists carry them without harm', async () => {
  for (const { id, name } of await listInspections()) {
    const answer = await running.fetch(`/images/${id}/0/original`);
    expect([name, answer.status]).toEqual([name, 200]);
    expect(answer.headers.get('set-cookie')).toBeNull();
    await answer.arrayBuffer();
  }
  for (const name of hostileNames) {
    const answer = await running.fetch(`/inspections/export.csv?${new URLSearchParams({ station: name })}`);
    expect([name, answer.status]).toEqual([name, 200]);
    const table = await answer.text();
    expect(table.split('\n').filter((line) => /^"?[=@]/.test(line))).toEqual([]);
  }
  expect(running.output()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e]/);
  expect(running.output()).not.toMatch(/"level":(?:50|60)/);
});

test.skipIf(browser.missing)('in a browser no script of theirs runs and nothing is reported', async () => {
  const { page, faults, close } = await browser.open();
  const seen = pages.filter(
    (url) => !/\/(?:cards|status|stations)$|\/(?:stations|overview)\/.*[/?]/.test(url),
  );
  // Every page of the plant, and of stations and images as many as time allows.
  for (const url of [...seen.slice(0, 18), ...seen.slice(-8)]) {
    await page.goto(running.origin + url);
    expect(await page.evaluate('typeof hacked'), url).toBe('undefined');
  }
  await page.goto(`${running.origin}/inspections?period=1d`);
  const isolation = page.evaluate(`getComputedStyle(document.querySelector('h2 a')).unicodeBidi`);
  expect(await isolation).toBe('isolate');
  // A form cannot carry a line feed alone.
  for (const station of hostileNames
    .map((one) => one.normalize('NFC'))
    .filter((name) => /[\s'"%&<]/.test(name) && !/(?<!\r)\n/.test(name))) {
    await page.getByLabel('Station').selectOption(station);
    await page.waitForURL((url) => url.searchParams.get('station') === station);
    await page
      .locator('h2', { hasText: station.trim().slice(0, 10) })
      .first()
      .waitFor();
  }
  await page.goto(`${running.origin}/`);
  const name = '<img src=x onerror=hacked=2>';
  writeImage(plant.watchDir, `${name}2/${name}/${imageName('NG', Date.now(), 1)}`);
  await page.getByText(`${name}2`).first().waitFor();
  expect(await page.evaluate('typeof hacked')).toBe('undefined');
  expect(faults).toEqual([]);
  await close();
});

test('names that are not UTF-8 are reported and delay no other', async () => {
  for (const [i, bytes] of nonUtf8Names.entries()) {
    const folder = Buffer.concat([Buffer.from(`${plant.watchDir}/`), bytes]);
    mkdirSync(folder);
    mkdirSync(Buffer.concat([folder, Buffer.from('/OR-1')]));
    writeFileSync(Buffer.concat([folder, Buffer.from(`/OR-1/${imageName('OK', at, i)}`)]), tinyJpeg);
    writeFileSync(
      Buffer.concat([Buffer.from(`${plant.watchDir}/S9/`), bytes, Buffer.from('.jpg')]),
      tinyJpeg,
    );
  }
  writeImage(plant.watchDir, `S9/OR-3CT/${imageName('OK', at, 3)}`);
  const isCounted = () =>
    readRows(plant.dbPath).some(({ file }) => file === `S9/OR-3CT/${imageName('OK', at, 3)}`);
  await waitUntil('the next image is counted', isCounted);
  await waitUntil('they are reported', async () => (await running.text('/sources')).includes('S\ufffd'));
  expect(running.output()).not.toMatch(/scanner thread failed|Uncaught error/);
});
