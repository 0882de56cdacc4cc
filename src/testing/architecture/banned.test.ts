import { expect, test } from 'vitest';
import { findBanned } from './banned.ts';
import { parseSource } from './source.ts';

function banned(path: string, code: string): string[] {
  return findBanned(parseSource(path, code));
}

test.each([
  ['Date.now()', 'clock.now()'],
  ['const t = Date.now', 'clock.now()'],
  ['globalThis.Date.now()', 'clock.now()'],
  [`Date['now']()`, 'clock.now()'],
  ['new Date()', 'clock.now()'],
  ['Date()', 'clock.now()'],
  ['performance.timeOrigin', 'clock.now()'],
  ['Temporal.Now.instant()', 'clock.now()'],
  ['process.env.PORT', 'kernel/settings/settings.ts'],
  ['console.log(1)', 'Take a Log'],
  ['new Worker(url)', 'startThread'],
  ['export default 1', 'by name'],
  ['enum A { b }', 'enum'],
  [`export * from './a.ts'`, 'Import from that file'],
  [`export { a } from './a.ts'`, 'Import from that file'],
  ['// TODO later', 'for later'],
  ['/* FIXME */', 'for later'],
])('%s is refused with what to do instead', (code, advice) => {
  expect(banned('src/inspections/a.ts', `\n${code}`)).toEqual([
    expect.stringMatching(/^src\/inspections\/a\.ts:2 /),
  ]);
  expect(banned('src/inspections/a.ts', code)[0]).toContain(advice);
});

test.each([
  'new Date(at).toISOString()',
  'performance.now()',
  'const text = "Date.now() and console.log and TODO"',
  'const a = 1; export { a }',
  'clock.now(); my.process.env',
])('%s is allowed', (code) => {
  expect(banned('src/inspections/a.ts', code)).toEqual([]);
});

test('the clock may ask for the time, the settings may read the environment, tools and tests may do both', () => {
  expect(banned('src/kernel/time/clock.ts', 'Date.now()')).toEqual([]);
  expect(banned('src/kernel/settings/config.ts', 'process.env')).toEqual([]);
  expect(banned('src/bench/scan.ts', 'Date.now(); console.log(process.env)')).toEqual([]);
  expect(banned('src/client/edge/linesight.ts', 'Date.now(); console.warn(process.env)')).toEqual([]);
  expect(banned('src/inspections/a.test.ts', 'Date.now()')).toEqual([]);
});

test.each(['test.only("x", f)', 'describe.only("x", f)', 'test.concurrent.only("x", f)'])(
  '%s is refused',
  (code) => {
    expect(banned('src/inspections/a.test.ts', code)).toEqual([expect.stringContaining('.only')]);
  },
);

test('an index file is refused', () => {
  expect(banned('src/inspections/index.ts', 'export const a = 1')).toEqual([
    expect.stringContaining('index file'),
  ]);
});
