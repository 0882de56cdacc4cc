import { expect, test } from 'vitest';
import { cameraHref, stationOf } from './camera-links.ts';

test.each([
  ['main', '/live/main'],
  ['line 2', '/live/line%202'],
  ['station/S9', '/live/station/S9'],
  ['station/A/B?', '/live/station/A%2FB%3F'],
  ['performance', '/live/folder/performance'],
  ['images', '/live/folder/images'],
])('the camera %s is at %s', (key, href) => {
  expect(cameraHref(key)).toBe(href);
});

test('parameters without a value are left out of the address', () => {
  expect(cameraHref('main', { view: '', coil: null, at: '5.1' })).toBe('/live/main?at=5.1');
});

test('only the camera of a station belongs to one', () => {
  expect([stationOf('station/S9'), stationOf('main')]).toEqual(['S9', undefined]);
});
