/** `node src/testing/settings-table.ts` writes the table of settings into README.md, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settings } from '../kernel/settings/settings.ts';

const start = '<!-- settings -->';
const end = '<!-- /settings -->';

/** `readme` with the table between the marks generated from the settings; undefined when it has no marks. */
export function withSettingsTable(readme: string): string | undefined {
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  return `${readme.slice(0, from + start.length)}\n${renderTable()}\n${readme.slice(to)}`;
}

function renderTable(): string {
  const rows = settings.map(({ env, default: value, unit, allowed, doc }) => {
    const shown = value === '' ? '' : `${code(value)}${unit === '' ? '' : ` ${unit}`}`;
    return `| ${code(env)} | ${shown} | ${escapeCell(`${doc} Allowed: ${allowed}.`)} |`;
  });
  return ['| setting | default | what it does |', '|---|---|---|', ...rows].join('\n');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/[*~]/g, '\\$&');
}

if (import.meta.main) {
  const path = fileURLToPath(new URL('../../README.md', import.meta.url));
  const readme = withSettingsTable(readFileSync(path, 'utf8'));
  if (readme === undefined) throw new Error(`README.md needs the marks ${start} and ${end} around the table`);
  writeFileSync(path, readme);
}
