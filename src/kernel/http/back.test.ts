import { expect, test } from 'vitest';
import { backPath } from './back.ts';

test('a form leads back to the page it stood on, with its filters', () => {
  expect(backPath('/stations/S9?period=1d&part=OR%203CT#history', '/')).toBe(
    '/stations/S9?period=1d&part=OR%203CT#history',
  );
  expect(backPath('/stations/조립', '/')).toBe('/stations/%EC%A1%B0%EB%A6%BD');
});

test.each([
  '//elsewhere.example/',
  '/\\elsewhere.example/',
  '/\t/elsewhere.example/',
  '/.//elsewhere.example/',
  '/..//elsewhere.example/',
  '/%2e//elsewhere.example/',
  '/.\\\\elsewhere.example/',
  '/a/..//elsewhere.example/',
  '\\\\elsewhere.example/',
  'http://elsewhere.example/',
  'javascript:alert(1)',
  'elsewhere',
  '',
  undefined,
])('a form never leads to another server: %j', (back) => {
  expect(backPath(back, '/inspections')).toBe('/inspections');
});
