import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../log.ts';
import { createI18n } from './i18n.ts';

const en = {
  page: {
    title: 'Inspections of {{station}}',
    records_one: '{{count, number}} record',
    records_other: '{{count, number}} records',
  },
};
const ko = { page: { title: '{{station}} 검사', records_other: '기록 {{count, number}}건' } };

function texts(): string {
  const dir = mkdtempSync(join(tmpdir(), 'linesight-texts-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'en.json'), JSON.stringify(en));
  for (const lang of ['ko', 'zh', 'ja']) writeFileSync(join(dir, `${lang}.json`), JSON.stringify(ko));
  return dir;
}

test('a text comes in the reader’s language with its values and its plural form', () => {
  const i18n = createI18n(texts());
  expect(i18n.t('en')('page.title', { station: 'S9' })).toBe('Inspections of S9');
  expect(i18n.t('ko')('page.title', { station: 'S9' })).toBe('S9 검사');
  expect([1, 2400].map((count) => i18n.t('en')('page.records', { count }))).toEqual([
    '1 record',
    '2,400 records',
  ]);
  expect(i18n.t('ko')('page.records', { count: 1 })).toBe('기록 1건');
});

test.each(['<b>&"', '$t(page.records)', '{{station}}', '$&'])(
  'a station named %s is printed as it is',
  (station) => {
    const t = createI18n(texts()).t('en');
    expect(t('page.title', { station, lng: 'ko', defaultValue: 'x' })).toBe(`Inspections of ${station}`);
  },
);

test('a missing text or value cannot pass a test', () => {
  const t = createI18n(texts()).t('en');
  expect(() => t('page.titel')).toThrow('page.titel');
  expect(() => t('page.title')).toThrow('{{station}}');
});

test('in the running product a missing text is shown as its key and logged once', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', pretty: false, destination: { write: (line) => lines.push(line) } });
  const t = createI18n(texts(), { log }).t('ko');
  expect([t('page.titel'), t('page.titel')]).toEqual(['page.titel', 'page.titel']);
  expect(t('page.title')).toBe(' 검사');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    expect.stringContaining('page.titel'),
    expect.stringContaining('{{station}}'),
  ]);
});
