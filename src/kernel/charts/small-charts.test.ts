import { expect, test } from 'vitest';
import { sparkline } from './sparkline.ts';
import { coordinate } from './svg.ts';

test('a sparkline is interrupted where there is no value and stays within its bounds', () => {
  const svg = sparkline({ values: [1, 2, null, 3, 2], width: 102, height: 22 });
  expect(svg).toContain('d="M1,21L26,11M76,1L101,11"');
});

test('a sparkline of equal, single or no values is drawn without nonsense', () => {
  expect(sparkline({ values: [5, 5], width: 102, height: 22 })).toContain('d="M1,11L101,11"');
  expect(sparkline({ values: [5], width: 102, height: 22 })).toContain('d="M51,11Z"');
  expect(sparkline({ values: [null, null] })).not.toContain('<path');
  expect(sparkline({ values: [] })).not.toMatch(/NaN|Infinity/);
});

test('a value beyond the given edges stays at the edge', () => {
  expect(sparkline({ values: [0.2, 0.95], min: 0.9, max: 1, width: 102, height: 22 })).toContain(
    'd="M1,21L101,11"',
  );
});

test('coordinates are as short as they can be', () => {
  expect([0, -0.04, 0.5, -0.46, 12.34, 12.96, -7].map(coordinate)).toEqual([
    '0',
    '0',
    '.5',
    '-.5',
    '12.3',
    '13',
    '-7',
  ]);
});
