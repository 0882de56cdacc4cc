/** `node src/testing/settings-table.ts` writes the table of settings into the manual, between its two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { settings } from '../kernel/settings/settings.ts';

const start = '<!-- settings -->';
const end = '<!-- /settings -->';

/** `page` with the table between the marks generated from the settings; undefined when it has no marks. */
export function withSettingsTable(page: string): string | undefined {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  return `${page.slice(0, from + start.length)}\n${renderTable()}\n${page.slice(to)}`;
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

/** The page of the manual that holds the table. */
export const settingsPage = new URL('../../views/manual/en/settings.md', import.meta.url);

if (import.meta.main) {
  const page = withSettingsTable(readFileSync(settingsPage, 'utf8'));
  if (page === undefined)
    throw new Error(`${settingsPage} needs the marks ${start} and ${end} around the table`);
  writeFileSync(settingsPage, page);
}
