import { expect, test } from 'vitest';
import { isOnPages, kioskPagesOf, wallHref } from './kiosk-pages.ts';

const stationOfImage = async (id: number) => ({ 1: 'S9', 2: 'S4' })[id];
const see = (pages: string[], path: string) =>
  isOnPages(pages, new URL(path, 'http://plant.local'), stationOfImage);
const topics = (...list: string[]) =>
  `/stream?${list.map((topic) => `topics=${encodeURIComponent(topic)}`).join('&')}`;

test('a kiosk is offered the plant, all cards, the folders and each station', () => {
  expect(kioskPagesOf(['S9', 'A/B 1'])).toEqual([
    '/overview',
    '/inspections',
    '/sources',
    '/stations/S9',
    '/stations/A%2FB%201',
  ]);
  expect(wallHref('/stations/S9')).toBe('/stations/S9?kiosk=1');
});

test.each([
  ['/overview', '/overview?kiosk=1', true],
  ['/overview', '/overview/stations', true],
  ['/overview', '/inspections', false],
  ['/overview', '/images/2/0/strip.webp', true],
  ['/inspections', '/', true],
  ['/inspections', '/inspections/cards?period=1d', true],
  ['/inspections', '/inspections/1', false],
  ['/inspections', '/inspections/export.csv', false],
  ['/sources', '/images/1/0/strip.webp', false],
  ['/stations/S9', '/stations/S9?period=1d&kiosk=1', true],
  ['/stations/S9', '/stations/S4', false],
  ['/stations/S9', '/station/trend?station=S9&period=1d', true],
  ['/stations/S9', '/station/trend?station=S4', false],
  ['/stations/S9', '/station/trend?station=S9&station=S4', false],
  ['/stations/S9', '/station/trend', false],
  ['/stations/S9', '/images/1/0/card.webp', true],
  ['/stations/S9', '/images/2/0/card.webp', false],
  ['/stations/S9', '/images/3/0/card.webp', false],
  ['/stations/A%2FB%201', '/stations/A%2fB%201', true],
  ['/stations/S9', '/settings', false],
  ['/stations/S9', '/api/v1/inspections?station=S9', false],
  ['/stations/S9', '/img?path=/data/S9/a.jpg', false],
  ['/stations/S9', '/stations/%', false],
])('the kiosk of %s may see %s: %s', async (page, path, allowed) => {
  expect(await see([page], path)).toBe(allowed);
});

test('a stream is open to a kiosk only when every fragment in it belongs to its pages', async () => {
  expect(await see(['/stations/S9'], topics('/station/trend?station=S9', '/station/gaps?station=S9'))).toBe(
    true,
  );
  expect(await see(['/stations/S9'], topics('/station/trend?station=S9', '/sources/status'))).toBe(false);
  expect(await see(['/stations/S9'], topics('/station/trend?station=S4'))).toBe(false);
  expect(await see(['/overview'], '/stream')).toBe(false);
  expect(await see(['/overview'], `/stream/snapshot${topics('/overview/stations').slice(7)}`)).toBe(true);
});
