import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settings } from '../kernel/settings/settings.ts';
import { settingsPage, withSettingsTable } from './settings-table.ts';

test('the manual lists every setting as it is, and none that does not exist', () => {
  const text = readFileSync(settingsPage, 'utf8');
  expect(withSettingsTable(text), 'run: node src/testing/settings-table.ts').toBe(text);
});

test('the table has a row for each setting and leaves the rest of the page alone', () => {
  const text = withSettingsTable('# A\n<!-- settings -->\nwritten by hand\n<!-- /settings -->\nB') ?? '';
  expect(text).toMatch(/^# A\n<!-- settings -->\n\|[\s\S]*\|\n<!-- \/settings -->\nB$/);
  for (const { env } of settings) expect(text).toContain(`\n| \`${env}\` |`);
  expect(text).not.toContain('written by hand');
});
