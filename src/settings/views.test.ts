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
  expect(page.changed.map(({ env, value, origin }) => [env, value, origin])).toEqual([
    ['PORT', '9000', 'environment'],
    ['WATCH_EXCLUDE', 'a, b', 'file'],
  ]);
  expect(page.groups).toMatchObject([
    { group: 'server', lines: [{ env: 'HOST', value: '', origin: 'default' }] },
  ]);
});

test('what was set stands first, and a filter finds names and meanings', () => {
  const list = [
    setting('PORT', 'port', 'server', { doc: 'Where pages are answered' }),
    setting('HOST', 'host', 'server', { doc: 'Which address' }),
    setting('WATCH_DIR', 'watchDir', 'files', { doc: 'Folder with images' }),
  ];
  const values = { port: 1, host: 'x', watchDir: '/data' };
  const rest = { warnings: [], configFile: null, version: '1' };
  const all = settingsPage(list, values, { watchDir: 'environment' }, rest);
  expect(all.changed.map(({ env }) => env)).toEqual(['WATCH_DIR']);
  expect(all.groups.map(({ group }) => group)).toEqual(['server']);
  const found = settingsPage(list, values, {}, { ...rest, search: ' ADDRESS ' });
  expect(found.groups.flatMap(({ lines }) => lines.map(({ env }) => env))).toEqual(['HOST']);
});

test('a reader sees and finds the meaning in the own language, and English where it is missing', () => {
  const list = [
    setting('PORT', 'port', 'server', { doc: 'Where pages are answered', unit: 'min' }),
    setting('HOST', 'host', 'server', { doc: 'Which address' }),
  ];
  const texts = { units: { min: '分' }, meanings: { PORT: '待ち受ける DB ポート' } };
  const linesFor = (search: string) =>
    settingsPage(
      list,
      { port: 1, host: 'x' },
      {},
      { warnings: [], configFile: null, version: '1', search },
      texts,
    ).groups.flatMap(({ lines }) => lines.map(({ meaning, unit, isEnglish }) => [meaning, unit, isEnglish]));
  const [port, host] = [
    ['待ち受ける DB ポート', '分', false],
    ['Which address', '', true],
  ];
  expect(linesFor('')).toEqual([port, host]);
  expect([linesFor('待ち受け'), linesFor('ｄｂ'), linesFor('answered')]).toEqual([[port], [port], [port]]);
  expect(linesFor('ADDRESS')).toEqual([host]);
});
