import { expect, test } from 'vitest';
import { type Config, loadConfig } from './config.ts';
import { settings } from './settings.ts';

type Options = Partial<Parameters<typeof loadConfig>[0]>;

function load(env: Record<string, string>, options: Options = {}): { config: Config; warnings: string[] } {
  const loaded = loadConfig({ env, systemTimeZone: 'Asia/Seoul', ...options });
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return loaded;
}

function faultsOf(env: Record<string, string>, options: Options = {}): string[] {
  const loaded = loadConfig({ env, systemTimeZone: 'Asia/Seoul', ...options });
  return loaded.ok ? [] : loaded.faults;
}

function withFile(content: unknown): Options {
  return { readFile: () => (typeof content === 'string' ? content : JSON.stringify(content)) };
}

test('without any setting the old systems’ defaults hold', () => {
  const { config, warnings } = load({});
  expect(config).toMatchObject({
    watchDir: '/data',
    dbPath: '/state/data.sqlite',
    pollIntervalSec: 60,
    recentMtimeMin: 60,
    minFileAgeSec: 2,
    ngPreviewCount: 3,
    thumbMaxDim: 512,
    watchMode: 'auto',
    port: 8080,
    siteTimeZone: 'Asia/Seoul',
    demo: true,
    allowedHosts: [],
    exclude: [],
  });
  expect(new Set(Object.values(config.origins))).toEqual(new Set(['default']));
  expect(warnings).toEqual([]);
});

test('each setting has its own name, a sentence of explanation and a value in the config', () => {
  const { config } = load({});
  expect(new Set(settings.map((setting) => setting.env)).size).toBe(settings.length);
  for (const setting of settings) {
    expect(setting.doc).toMatch(/^[A-Z].{15,}\.$/);
    expect(config).toHaveProperty(setting.key);
    expect(config.origins[setting.key]).toBeDefined();
  }
});

test('the environment wins over the file, and the file over the default', () => {
  const file = withFile({ PORT: 9000, NG_PREVIEW_COUNT: 5, DEMO: false, WATCH_EXCLUDE: ['old', 'new'] });
  const { config } = load({ CONFIG_FILE: '/etc/linesight.json', PORT: '9100' }, file);
  expect(config).toMatchObject({ port: 9100, ngPreviewCount: 5, demo: false, exclude: ['old', 'new'] });
  expect(config.origins).toMatchObject({ port: 'environment', ngPreviewCount: 'file', host: 'default' });
});

test('an empty variable counts as not set', () => {
  const { config } = load({ PORT: '', WATCH_DIR: '  ', SITE_TIME_ZONE: '' });
  expect(config).toMatchObject({ port: 8080, watchDir: '/data', siteTimeZone: 'Asia/Seoul' });
});

test('all faults are reported at once, each with name, value, source and what is allowed', () => {
  const file = withFile({ NG_PREVIEW_COUNT: 2.5 });
  const env = {
    POLL_INTERVAL_SEC: 'often',
    PORT: '70000',
    WATCH_MODE: 'magic',
    DEMO: 'maybe',
    CONFIG_FILE: 'x.json',
  };
  expect(faultsOf(env, file)).toEqual([
    'WATCH_MODE is "magic" in the environment; it must be one of auto, events, poll.',
    'POLL_INTERVAL_SEC is "often" in the environment; it must be a whole number from 1 to 86400.',
    'NG_PREVIEW_COUNT is "2.5" in the file of CONFIG_FILE; it must be a whole number from 0 to 12.',
    'PORT is "70000" in the environment; it must be a whole number from 0 to 65535.',
    'DEMO is "maybe" in the environment; it must be 1 (yes) or 0 (no).',
  ]);
});

test('a pattern for file names that is too long to be meant is refused', () => {
  expect(faultsOf({ FILENAME_REGEX: `${'a?'.repeat(300)}` })[0]).toMatch(
    /^FILENAME_REGEX is .* at most 500 characters\.$/,
  );
});

test('the time zone is SITE_TIME_ZONE, else TZ, else that of the machine', () => {
  const zones = { SITE_TIME_ZONE: 'Europe/Berlin', TZ: 'America/New_York' };
  expect(load(zones).config.siteTimeZone).toBe('Europe/Berlin');
  const { config } = load({ TZ: 'America/New_York' });
  expect([config.siteTimeZone, config.origins.siteTimeZone]).toEqual(['America/New_York', 'environment']);
  expect(load({ TZ: ':/etc/localtime' }).config.siteTimeZone).toBe('Asia/Seoul');
});

test('a time zone that does not exist is refused, in SITE_TIME_ZONE and in TZ', () => {
  expect(faultsOf({ SITE_TIME_ZONE: 'Asia/Soul' })[0]).toContain('SITE_TIME_ZONE is "Asia/Soul"');
  expect(faultsOf({ SITE_TIME_ZONE: '+09:00' })).toHaveLength(1);
  expect(faultsOf({ TZ: 'KST-9' })[0]).toContain('set SITE_TIME_ZONE');
});

test('a machine that does not know its zone runs in UTC and says so', () => {
  const { config, warnings } = load({}, { systemTimeZone: 'Etc/Unknown' });
  expect(config.siteTimeZone).toBe('UTC');
  expect(warnings[0]).toContain('SITE_TIME_ZONE');
});

test.each([
  ['POLL_INTERVAL_SECS', 'POLL_INTERVAL_SEC'],
  ['POLL_INTERVALL_SEC', 'POLL_INTERVAL_SEC'],
  ['WATHC_DIR', 'WATCH_DIR'],
  ['watch_dir', 'WATCH_DIR'],
  ['DBPATH', 'DB_PATH'],
  ['FILENAME_REGEXP', 'FILENAME_REGEX'],
])('%s is warned about as a misspelt %s', (name, meant) => {
  expect(load({ [name]: '1' }).warnings).toEqual([
    `${name} in the environment is no setting; is ${meant} meant?`,
  ]);
});

test('a misspelt name is reported beside the faults of other settings', () => {
  const refused = loadConfig({ env: { PORT: 'x', WACTH_DIR: '/mnt' } });
  expect(refused).toMatchObject({
    ok: false,
    faults: [expect.stringContaining('PORT')],
    warnings: ['WACTH_DIR in the environment is no setting; is WATCH_DIR meant?'],
  });
});

test('usual variables of a shell, an agent or a container are not taken for misspelt settings', () => {
  const usual =
    'HOME PATH HOSTNAME SHELL USER TERM LANG PWD OLDPWD SHLVL TZ NODE_ENV EDITOR LOGNAME MAIL POST COST';
  expect(
    load(Object.fromEntries(usual.split(' ').map((name) => [name, name === 'TZ' ? 'UTC' : 'x']))).warnings,
  ).toEqual([]);
});

test('a settings file that is missing, broken or of the wrong shape stops the start with the reason', () => {
  const missing = loadConfig({ env: { CONFIG_FILE: '/nowhere/linesight.json' } });
  expect(missing).toMatchObject({ ok: false, faults: [expect.stringContaining('/nowhere/linesight.json')] });
  expect(faultsOf({ CONFIG_FILE: 'x' }, withFile('{"PORT": 80'))[0]).toContain('cannot be read');
  expect(faultsOf({ CONFIG_FILE: 'x' }, withFile([]))[0]).toContain('one JSON object');
  expect(faultsOf({ CONFIG_FILE: 'x' }, withFile({ PORT: { number: 80 } }))[0]).toContain('PORT');
  expect(faultsOf({ CONFIG_FILE: 'x' }, withFile({ CONFIG_FILE: 'y' }))[0]).toContain(
    'only the environment may',
  );
});

test('a settings file may carry the mark some editors put in front, and unknown names in it are warned about', () => {
  const { config, warnings } = load(
    { CONFIG_FILE: 'x' },
    withFile('\ufeff{"PORT": 81, "PROT": 1, "COLOUR": "red"}'),
  );
  expect(config.port).toBe(81);
  expect(warnings).toHaveLength(2);
  expect(warnings.join()).toContain('COLOUR');
});

test('ports are whole numbers from 1 to 65535, and conflicts are reported like other faults', () => {
  expect(load({}).config).toMatchObject({ compatPorts: [], imageReceiverPort: undefined, compatTls: true });
  const { config } = load({ COMPAT_PORTS: ' 5000, 5020,', IMAGE_RECEIVER_PORT: '8081' });
  expect(config).toMatchObject({ compatPorts: [5000, 5020], imageReceiverPort: 8081 });
  for (const bad of ['0', '65536', '5000;5020', '80.5', 'http']) {
    expect(faultsOf({ COMPAT_PORTS: bad })).toEqual([
      `COMPAT_PORTS is "${bad}" in the environment; it must be at most 20 ports from 1 to 65535 with commas between them.`,
    ]);
  }
  expect(faultsOf({ IMAGE_RECEIVER_PORT: '70000' })).toHaveLength(1);
  expect(faultsOf({ COMPAT_PORTS: '8080' })).toEqual([
    'Port 8080 is named more than once (PORT, COMPAT_PORTS); once is enough.',
  ]);
});
