import { expect, test } from 'vitest';
import { imageHref, imageSrc, pageHref, stationHref, stationSlug } from './links.ts';

const hostileNames = [
  '<img src=x onerror=alert(1)>',
  '"><script>',
  '조립라인 3호기',
  'S9 figures',
  'a b',
  'a_b',
  '-a',
  '_a',
  '',
  'a'.repeat(255),
  '\u202egnp.exe',
];

test('every station name gives an id that is safe in HTML and in a selector', () => {
  for (const name of ['S9', 'S7-D2', ...hostileNames]) {
    expect(`figures-${stationSlug(name)}`).toMatch(/^[A-Za-z][\w-]*$/);
  }
});

test('two stations never share an id, and plain names stay readable', () => {
  const names = ['S9', 's9', 'S7-D2', 'S7', ...hostileNames];
  expect(new Set(names.map((name) => stationSlug(name))).size).toBe(names.length);
  expect([stationSlug('S9'), stationSlug('S7-D2')]).toEqual(['S9', 'S7-D2']);
});

test('no name equals the id made for another name', () => {
  const made = stationSlug('a b');
  expect(stationSlug(made)).not.toBe(made);
});

test('equal views have equal URLs: the default period and empty filters are left out', () => {
  expect(pageHref('/inspections', { period: '1h', station: '', part: undefined, kiosk: false })).toBe(
    '/inspections',
  );
  expect(pageHref('/inspections', { period: '1d', start: '2026-11-21T08:00' })).toBe(
    '/inspections?period=1d',
  );
  expect(pageHref('/', { period: 'custom', start: '2026-11-21T08:00', end: '2026-11-21T09:00' })).toBe(
    '/?period=custom&start=2026-11-21T08%3A00&end=2026-11-21T09%3A00',
  );
});

test('the station page keeps the filters, and the station is in the path', () => {
  expect(stationHref('A/B?&', { station: 'S9', part: 'OR-3CT', period: '1w', kiosk: true })).toBe(
    '/stations/A%2FB%3F%26?part=OR-3CT&period=1w&kiosk=1',
  );
});

test('the URL of an image changes with its revision, so it can be cached forever', () => {
  expect(imageSrc({ id: 7, revision: 2 }, 'strip.webp')).toBe('/images/7/2/strip.webp');
  expect(imageHref({ id: 7 })).toBe('/inspections/7');
});
