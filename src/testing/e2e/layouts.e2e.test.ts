import { expect } from 'vitest';
import { testNow } from '../test-app.ts';
import { becomesLive, soon, useStage } from './stage.ts';

const imageCount = 60;
const startAt = testNow - 20 * 60_000;

/** Folders of days first and words of their own: under the pattern of the settings no image has a verdict. */
const images = Array.from({ length: imageCount }, (_, i) => {
  const at = startAt + i * 10_000;
  return { path: pathOf(at, i % 2 === 0 ? 'S3' : 'S9', i % 10 === 3 ? 'FAIL' : 'PASS', i), modifiedAt: at };
});

function pathOf(at: number, station: string, word: string, sequence: number): string {
  const time = new Date(at + 9 * 3_600_000).toISOString().slice(11, 19).replaceAll(':', '-');
  return `2025/09/06/${station}/${word}_${time}_${4_000 + sequence}.jpg`;
}

const stage = useStage({
  plantPer: 'test',
  env: { ACCESS: 'open', DEMO: '0', WATCH_MODE: 'events' },
  images,
  context: { viewport: { width: 1280, height: 800 } },
});
const { inBrowser, open, openLive, address } = stage;

/** The cells of one line of the table of totals. */
const totals = (name: string) => stage.page.getByRole('row', { name }).getByRole('cell').allInnerTexts();

type Card = { station: string; ok: string; ng: string; unmatched: string };

/** What the cards of Inspections say, by station. */
async function readCards(): Promise<Card[]> {
  const texts = await stage.page.locator('main article').allInnerTexts();
  const figure = (text: string, name: string) => new RegExp(`\\n${name}\\n(\\d+)`).exec(text)?.[1] ?? '';
  return texts
    .map((text) => ({
      station: text.split('\n', 1)[0] ?? '',
      ok: figure(text, 'OK'),
      ng: figure(text, 'NG'),
      unmatched: figure(text, 'Unmatched'),
    }))
    .sort((a, b) => a.station.localeCompare(b.station));
}

const asFound: Card = { station: '2025', ok: '0', ng: '0', unmatched: '60' };

/** From Inspections, where no image has a verdict, over Sources to the proposal. */
async function goToProposal(): Promise<void> {
  await openLive('/');
  expect(await readCards()).toEqual([asFound]);
  await open('/sources');
  await stage.page.getByRole('link', { name: 'How its images are named' }).first().click();
  await expect.poll(address, soon).toBe('/sources/1/layout');
  const proposed = stage.page.getByRole('region', { name: 'Proposed' });
  expect(await proposed.innerText()).toMatch(/100\.0 % of 60 files get a verdict.*Stations: S3 · S9/s);
  expect(await stage.page.getByRole('region', { name: 'In force now' }).innerText()).toContain(
    '0.0 % of 60 files get a verdict',
  );
  expect(await totals('As counted now')).toEqual(['0', '0', '0', '60']);
  expect(await totals('If read again')).toEqual(['54', '6', '0', '0']);
}

async function save(): Promise<void> {
  await stage.page.getByRole('region', { name: 'Save' }).getByRole('button', { name: 'Save' }).click();
}

inBrowser('a proposed pattern, with all names read again: an open page follows to its counts', async () => {
  const other = await stage.openBrowser();
  await other.page.goto(`${stage.origin}/`);
  await becomesLive(other.page);
  await goToProposal();
  await stage.page.getByLabel('known images, too').check();
  await save();
  await expect.poll(address, soon).toBe('/sources/1/layout?done=reread');
  expect(await stage.page.getByRole('main').innerText()).toContain(
    'Saved. Known images are being read again.',
  );
  const stationsOf = () => other.page.locator('main article h2').allInnerTexts();
  await expect.poll(async () => (await stationsOf()).sort(), soon).toEqual(['S3', 'S9']);
  expect(other.faults).toEqual([]);
  await other.close();
  await openLive('/');
  expect(await readCards()).toEqual([
    { station: 'S3', ok: '30', ng: '0', unmatched: '0' },
    { station: 'S9', ok: '24', ng: '6', unmatched: '0' },
  ]);
});

inBrowser('a proposed pattern for new images only: known ones stay as they are counted', async () => {
  await goToProposal();
  expect(await stage.page.getByLabel('new images only').isChecked()).toBe(true);
  await save();
  await expect.poll(address, soon).toBe('/sources/1/layout?done=saved');
  expect(await stage.page.getByRole('main').innerText()).toContain('Saved. It holds for new images.');
  await openLive('/');
  await stage.place(pathOf(testNow - 60_000, 'S3', 'FAIL', 500));
  await expect.poll(readCards, soon).toEqual([asFound, { station: 'S3', ok: '0', ng: '1', unmatched: '0' }]);
});

inBrowser('a pattern of a person is tried before it is saved', async () => {
  await goToProposal();
  const pattern = stage.page.getByRole('textbox', { name: 'Pattern' });
  await pattern.fill(`${await pattern.inputValue()}never`);
  await stage.page.getByRole('button', { name: 'Try it' }).click();
  await expect.poll(address, soon).toContain('pattern=');
  expect(await stage.page.getByRole('region', { name: 'Tried' }).innerText()).toContain(
    '0.0 % of 60 files get a verdict',
  );
  expect(await totals('If read again')).toEqual(['0', '0', '0', '60']);
});
