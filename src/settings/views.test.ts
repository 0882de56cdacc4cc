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

test('yes and no are shown as a setting takes them: 1 and 0', () => {
  const list = [setting('DEMO', 'demo', 'server', { default: '0' }), setting('MDNS', 'mdns', 'server')];
  const rest = { warnings: [], configFile: null, version: '1' };
  const page = settingsPage(list, { demo: true, mdns: false }, {}, rest);
  expect(page.groups[0]?.lines.map(({ value }) => value)).toEqual(['1', '0']);
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
