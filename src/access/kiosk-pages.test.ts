import { expect, test } from 'vitest';
import type { Sites } from '../plant/sites.ts';
import { isOnPages, kioskPagesOf, pagesFromHere, wallHref } from './kiosk-pages.ts';

const here = {
  ownSite: 'busan',
  stationPageOf: async (id: number) =>
    ({ 1: '/stations/S9', 2: '/stations/S4', 5: '/stations/S9?site=gary' })[id],
};
const busan = { name: 'busan', label: 'Busan', timeZone: 'Asia/Seoul', isOwn: true };
const gary = { name: 'gary', label: 'gary', timeZone: 'America/Chicago', isOwn: false };
const see = (pages: string[], path: string) => isOnPages(pages, new URL(path, 'http://plant.local'), here);
const topics = (...list: string[]) =>
  `/stream?${list.map((topic) => `topics=${encodeURIComponent(topic)}`).join('&')}`;

test('a kiosk is offered the plant, all cards, the live pictures, the folders and each station', () => {
  expect(
    kioskPagesOf([
      { name: 'S9', site: busan },
      { name: 'S9', site: gary },
      { name: 'A/B 1', site: null },
    ]),
  ).toEqual([
    '/overview',
    '/inspections',
    '/live',
    '/sources',
    '/stations/S9',
    '/stations/S9?site=gary',
    '/stations/A%2FB%201',
  ]);
  expect(wallHref('/stations/S9')).toBe('/stations/S9?kiosk=1');
  expect(wallHref('/stations/S9?site=gary')).toBe('/stations/S9?site=gary&kiosk=1');
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
  ['/live', '/live?kiosk=1&tiles=4', true],
  ['/live', '/ws/images?channels=original', false],
  ['/live', '/', false],
  ['/live', '/live/latest?channels=original', true],
  ['/live', '/live/images/7/0/640.webp', true],
  ['/live', '/images/1/0/w640.webp', true],
  ['/live', '/images/5/0/w640.webp', false],
  ['/live', '/images/3/0/w640.webp', false],
  ['/live', '/live/performance', false],
  ['/live', '/latest', false],
  ['/live', '/image/original/a.jpg', false],
  ['/live', '/live/main', false],
  ['/live', '/list/original', false],
  ['/overview', '/ws/images', false],
  ['/overview', '/live/images/7/0/640.webp', false],
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
  ['/stations/S9', '/stations/S9?site=busan', true],
  ['/stations/S9', '/stations/S9?site=gary', false],
  ['/stations/S9', '/stations/S9?site=busan&site=gary', false],
  ['/stations/S9', '/station/trend?station=S9&site=gary', false],
  ['/stations/S9', '/station/trend?station=S9&site=busan&site=gary', false],
  ['/stations/S9', '/images/5/0/card.webp', false],
  ['/stations/S9?site=gary', '/stations/S9', false],
  ['/stations/S9?site=gary', '/stations/S9?site=gary&kiosk=1', true],
  ['/stations/S9?site=gary', '/station/trend?site=gary&station=S9', true],
  ['/stations/S9?site=gary', '/images/5/0/card.webp', true],
  ['/stations/S9?site=gary', '/images/1/0/card.webp', false],
  ['/stations/S9', '/settings', false],
  ['/stations/S9', '/api/v1/inspections?station=S9', false],
  ['/stations/S9', '/img?path=/data/S9/a.jpg', false],
  ['/stations/S9', '/stations/%', false],
])('the kiosk of %s may see %s: %s', async (page, path, allowed) => {
  expect(await see([page], path)).toBe(allowed);
});

test('the sockets of live images are open to a kiosk of the wall, and to no other', async () => {
  const open = (page: string, path: string) =>
    isOnPages([page], new URL(path, 'http://plant.local'), { ...here, isSocket: true });
  for (const path of ['/', '/ws/images?channels=original'])
    expect([await open('/live', path), await open('/inspections', path)]).toEqual([true, false]);
  expect(await open('/live', '/live')).toBe(false);
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

test('a link means the stations of the site it was made at, wherever it is opened', () => {
  const sites = {
    own: { name: 'busan' },
    get: (id: number) => ({ 1: { name: 'busan' }, 2: { name: 'gary' } })[id],
  } as Partial<Sites> as Sites;
  const pages = ['/overview', '/stations/S9', '/stations/S9?site=busan', '/stations/S9?site=gary'];
  expect(pagesFromHere({ siteId: 1, pages }, sites)).toEqual([
    '/overview',
    '/stations/S9',
    '/stations/S9',
    '/stations/S9?site=gary',
  ]);
  expect(pagesFromHere({ siteId: 2, pages }, sites)).toEqual([
    '/overview',
    '/stations/S9?site=gary',
    '/stations/S9',
    '/stations/S9?site=gary',
  ]);
});
