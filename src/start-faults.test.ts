import { expect, test } from 'vitest';
import { proveNamePattern } from './inspections/names/prove-name-pattern.ts';
import { loadConfig } from './kernel/settings/config.ts';
import { findStartFaults } from './start-faults.ts';

const faultsOf = (env: Record<string, string>) => findStartFaults(loadConfig({ env }), proveNamePattern);

test('an invalid port, an invalid pattern and missing TLS files are reported together', async () => {
  const faults = await faultsOf({ PORT: 'x', FILENAME_REGEX: '(', TLS_CERT: '/nope', TLS_KEY: '/none' });
  expect(faults).toEqual([
    expect.stringContaining('PORT is "x"'),
    expect.stringMatching(/^FILENAME_REGEX: /),
    'TLS_CERT /nope cannot be read: there is no such file.',
    'TLS_KEY /none cannot be read: there is no such file.',
  ]);
});

test('contradicting settings are reported together with an invalid one', async () => {
  const faults = await faultsOf({
    PORT: 'x',
    TLS_CERT: '/nope',
    DISK_HIGH_PERCENT: '80',
    DISK_LOW_PERCENT: '85',
  });
  expect(faults).toEqual([
    expect.stringContaining('PORT is "x"'),
    expect.stringContaining('TLS_CERT is set and TLS_KEY is not'),
    expect.stringContaining('DISK_LOW_PERCENT is 85'),
    expect.stringContaining('TLS_CERT /nope cannot be read'),
  ]);
});

test('valid settings have no fault; a role of several processes needs a database server', async () => {
  expect(await faultsOf({})).toEqual([]);
  expect(await faultsOf({ ROLE: 'web' })).toEqual([expect.stringMatching(/^ROLE=web is one part/)]);
});
