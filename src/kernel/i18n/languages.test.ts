import { expect, test } from 'vitest';
import { pickLang } from './languages.ts';

test('a chosen language takes precedence over the browser’s', () => {
  expect(pickLang('en-US,en;q=0.9', 'ko')).toBe('ko');
});

test.each([
  ['ko-KR,ko;q=0.9,en-US;q=0.8', 'ko'],
  ['en;q=0.5, ko;q=0.8', 'ko'],
  ['de-DE,de;q=0.9,ko;q=0.4,en;q=0.2', 'ko'],
  ['de, ko;q=0', 'en'],
  ['KO', 'ko'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['zh-Hans-SG, en;q=0.9', 'zh'],
  ['zh-TW;q=0.8, ja-JP', 'ja'],
  ['fr-FR, zh-Hant-HK;q=0.7, en;q=0.3', 'zh'],
  ['*', 'en'],
  ['', 'en'],
])('a browser asking for "%s" gets %s', (header, lang) => {
  expect(pickLang(header, undefined)).toBe(lang);
});

test('a cookie that names no language of ours is passed over', () => {
  expect(pickLang('ko', '<script>')).toBe('ko');
  expect(pickLang(undefined, undefined)).toBe('en');
});
