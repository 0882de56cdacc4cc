import { expect, test } from 'vitest';
import { settingsPage } from './views.ts';

const setting = (env: string, key: string, group: string, more = {}) => ({
  env,
  key,
  group,
  doc: `what ${env} does`,
  default: '',
  ...more,
});

test('every setting shows its effective value and where it comes from, in its group', () => {
  const page = settingsPage(
    [
      setting('PORT', 'port', 'server', { default: '8080' }),
      setting('WATCH_EXCLUDE', 'exclude', 'files'),
      setting('HOST', 'host', 'server'),
    ],
    { port: 9000, exclude: ['a', 'b'], host: undefined },
    { port: 'environment', exclude: 'file' },
    { warnings: [], configFile: null, version: '1' },
  );
  expect(page.groups.map(({ group, lines }) => [group, ...lines.map(({ env }) => env)])).toEqual([
    ['server', 'PORT', 'HOST'],
    ['files', 'WATCH_EXCLUDE'],
  ]);
  const lines = page.groups.flatMap((group) => group.lines);
  expect(lines.map(({ value, origin }) => [value, origin])).toEqual([
    ['9000', 'environment'],
    ['', 'default'],
    ['a, b', 'file'],
  ]);
});
