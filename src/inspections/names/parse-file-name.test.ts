import { expect, test } from 'vitest';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { readDefaultName } from './default-name.ts';
import {
  compileNamePattern,
  isImageName,
  type NamePattern,
  parseFileName,
  readName,
  stationAndPartOf,
} from './parse-file-name.ts';

const seoul = createWallClock('Asia/Seoul');

function compiled(fileName?: string, verdictWords?: string): NamePattern {
  const result = compileNamePattern({ fileName, verdictWords });
  if (!result.ok) throw new Error(result.fault);
  return result.pattern;
}

function faultOf(fileName: string, verdictWords?: string): string {
  const result = compileNamePattern({ fileName, verdictWords });
  return result.ok ? 'no fault' : result.fault;
}

test('a name gives verdict, local capture time and COUNT', () => {
  expect(parseFileName('OK-20250906-102131-132.jpg', compiled(), seoul)).toEqual({
    verdict: 'OK',
    capturedAt: Date.parse('2025-09-06T01:21:31Z'),
    sequence: 132,
  });
  expect(parseFileName('ng-20250906-102131-0007.JPEG', compiled(), seoul)).toEqual({
    verdict: 'NG',
    capturedAt: Date.parse('2025-09-06T01:21:31Z'),
    sequence: 7,
  });
});

test('a name with a date or time that does not exist is unmatched', () => {
  for (const name of [
    'OK-20250231-102131-1.jpg',
    'OK-20250906-252131-1.jpg',
    'OK-20250906-106031-1.jpg',
    'OK-20250006-102131-1.jpg',
    'OK-00000906-102131-1.jpg',
  ]) {
    expect(parseFileName(name, compiled(), seoul), name).toBeUndefined();
  }
});

test('names in any other format are unmatched', () => {
  for (const name of [
    '',
    'OK-20250906-102131.jpg',
    'OK-20250906-102131-.jpg',
    'OK-2025090-102131-1.jpg',
    'OK-20250906-102131-1.bmp',
    'OK-20250906-102131-1.jpg.tmp',
    'XOK-20250906-102131-1.jpg',
    'OK-20250906-102131-1.jpg\n',
    'OK_20250906_102131_1.jpg',
    `OK-20250906-102131-${'1'.repeat(240)}.jpg`,
  ]) {
    expect(parseFileName(name, compiled(), seoul), name).toBeUndefined();
  }
});

test('a COUNT too large to be exact is dropped, the verdict is kept', () => {
  expect(parseFileName('OK-20250906-102131-99999999999999999999.jpg', compiled(), seoul)).toMatchObject({
    verdict: 'OK',
    sequence: null,
  });
});

test('a pattern may use Python or JavaScript syntax', () => {
  const python = compiled(
    String.raw`(?i)\A(?P<date>\d{8})_(?P<time>\d{6})_(?P<pass>PASS|FAIL)(?P<dup>_(?P=date))?\.png\Z`,
  );
  const javaScript = compiled(
    String.raw`^(?<date>\d{8})_(?<time>\d{6})_(?<pass>PASS|FAIL)(?<dup>_\k<date>)?\.png$`,
  );
  for (const pattern of [python, javaScript]) {
    expect(parseFileName('20250906_102131_fail.png', pattern, seoul)).toEqual({
      verdict: 'NG',
      capturedAt: Date.parse('2025-09-06T01:21:31Z'),
      sequence: null,
    });
    expect(parseFileName('20250906_102131_PASS_20250906.png', pattern, seoul)?.verdict).toBe('OK');
    expect(parseFileName('20250906_102131_PASS_20250907.png', pattern, seoul)).toBeUndefined();
  }
});

test('Python syntax inside an escape or a character class is not translated', () => {
  const pattern = compiled(String.raw`(?P<pass>OK)(?P<date>\d{8})(?P<time>\d{6})[(?P<]\\A\(\?P<`);
  expect(parseFileName(String.raw`OK20250906102131P\A(?P<`, pattern, seoul)?.verdict).toBe('OK');
});

test('date and time may contain separators', () => {
  const pattern = compiled(String.raw`^(?<date>[\d-]+) (?<time>[\d.]+) (?<pass>good|bad) (?<count>\d+)?`);
  expect(parseFileName('2025-09-06 10.21.31 good 5.jpg', pattern, seoul)).toEqual({
    verdict: 'OK',
    capturedAt: Date.parse('2025-09-06T01:21:31Z'),
    sequence: 5,
  });
  expect(parseFileName('2025-09-06 10.21 good 5.jpg', pattern, seoul)?.capturedAt).toBe(
    Date.parse('2025-09-06T01:21:00Z'),
  );
  expect(parseFileName('2025-09-0 10.21.31 good 5.jpg', pattern, seoul)).toBeUndefined();
});

test('OK, PASS, GOOD, NG, FAIL and BAD are verdicts, mapped words too, and any other word is undecided', () => {
  const pattern = compiled(
    String.raw`^(?<pass>\w+)-(?<date>\d{8})-(?<time>\d{6})`,
    'NOK=NG, io:ok, Warn = review',
  );
  const verdictOf = (word: string) => parseFileName(`${word}-20250906-102131.jpg`, pattern, seoul)?.verdict;
  expect(['OK', 'pass', 'Good', 'IO'].map(verdictOf)).toEqual(['OK', 'OK', 'OK', 'OK']);
  expect(['ng', 'FAIL', 'Bad', 'nok'].map(verdictOf)).toEqual(['NG', 'NG', 'NG', 'NG']);
  for (const word of ['1', '0', 'WARN', 'toString', '__proto__']) {
    expect(parseFileName(`${word}-20250906-102131.jpg`, pattern, seoul), word).toMatchObject({
      verdict: null,
      word: word.toUpperCase(),
      capturedAt: Date.parse('2025-09-06T01:21:31Z'),
    });
  }
  expect(parseFileName('OK-20250906-252131.jpg', pattern, seoul)).toBeUndefined();
});

const dated = String.raw`_(?<date>\d{8})_(?<time>\d{6})`;

test.each([
  ['(?<pass>OK|NOK)', 'NOK'],
  ['(?<pass>IO|N[.]?IO)', 'IO, NIO, N.IO'],
  ['(?<pass>ok|n(?:ok|g)|warn)', 'NOK, WARN'],
  ['(?<pass>[OX]|OK)', 'O, X'],
  [String.raw`(?<pass>\w+)`, 'can match any word'],
  ['(?<pass>[A-Z]{2,4})', 'can match any word'],
])('a pattern that yields a word without a meaning is refused and names it: %s', (pass, named) => {
  expect(faultOf(`^${pass}${dated}`)).toContain(named);
  expect(faultOf(`^${pass}${dated}`)).toContain('VERDICT_WORDS');
});

test('words that VERDICT_WORDS maps are accepted, and a faulty list is refused', () => {
  expect(faultOf(`^(?<pass>OK|NOK|WARN)${dated}`, 'NOK=NG, WARN=undecided')).toBe('no fault');
  expect(faultOf(`^(?<pass>OK|NOK|WARN)${dated}`, 'NOK=NG')).toMatch(/not known: WARN/);
  expect(faultOf(`^(?<pass>OK|NG)?${dated}`)).toBe('no fault');
  for (const words of ['NOK', 'NOK=bad', '=NG', 'A=OK=NG']) {
    expect(faultOf(`^(?<pass>OK)${dated}`, words), words).toMatch(/VERDICT_WORDS: .* as in NOK=NG/);
  }
});

test('a year of two digits, a fraction of a second and a day that comes first are read', () => {
  const read = (pattern: string, name: string) => parseFileName(name, compiled(pattern), seoul)?.capturedAt;
  const short = String.raw`^(?<pass>OK)_(?<date>\d{6})_(?<time>\d{6}\d*)`;
  expect(read(short, 'OK_250906_102131.jpg')).toBe(Date.parse('2025-09-06T01:21:31Z'));
  expect(read(short, 'OK_250906_102131045.jpg')).toBe(Date.parse('2025-09-06T01:21:31.045Z'));
  const iso = String.raw`^(?<pass>OK) (?<date>[^T]+)T(?<time>[\d.]+)`;
  expect(read(iso, 'OK 2025-09-06T10.21.31.5.jpg')).toBe(Date.parse('2025-09-06T01:21:31.500Z'));
  expect(read(iso, 'OK 06.09.2025T10.21.31.jpg')).toBe(Date.parse('2025-09-06T01:21:31Z'));
});

test('a date or time that could never be read is refused', () => {
  expect(faultOf(String.raw`(?<pass>OK)(?<date>\d{4})(?<time>\d{6})`)).toMatch(/group date never/);
  expect(faultOf(String.raw`(?<pass>OK)(?<date>\d{8})(?<time>\d\d)`)).toMatch(/group time never/);
});

test('a path pattern reads date folders, verdict folders and serial numbers in any order', () => {
  const path = String.raw`^(?<date>\d{4}/\d\d/\d\d)/(?<station>[^/]+)/(?<pass>OK|NG)/(?<unit>SN\d+)_(?<time>\d{6})_(?<view>top|side)(?:_(?<part>[^_.]+))?`;
  const result = compileNamePattern({ path, fileName: '^never$' });
  if (!result.ok) throw new Error(result.fault);
  const read = (name: string, folder: string) => parseFileName(name, result.pattern, seoul, folder);
  expect(read('SN0042_102131_top_OR-3CT.jpg', '2025/09/06/Prüfung/NG'.normalize('NFD'))).toMatchObject({
    verdict: 'NG',
    capturedAt: Date.parse('2025-09-06T01:21:31Z'),
    station: 'Prüfung',
    part: 'OR-3CT',
    unit: 'SN0042',
    view: 'top',
    sequence: null,
  });
  // The station is told, so the model is too: there is none, and no folder of a verdict becomes one.
  expect(read('SN0042_102131_top.jpg', '2025/09/06/S9/OK')?.part).toBe('');
  expect(read('SN0042_102131_top.jpg', 'S9/OK')).toBeUndefined();
});

test('a path pattern without date or time leaves the time to the file', () => {
  const result = compileNamePattern({ path: '^(?<station>[^/]+)/(?<pass>OK|NG)/' });
  if (!result.ok) throw new Error(result.fault);
  expect(parseFileName('x.jpg', result.pattern, seoul, 'S9/NG')).toMatchObject({
    verdict: 'NG',
    capturedAt: null,
  });
  expect(compileNamePattern({ path: '^(?<station>[^/]+)/' })).toMatchObject({ ok: false });
});

test('an unusable pattern is refused with the reason', () => {
  expect(faultOf(String.raw`^(?P<pass>OK|NG)-(\d{8})`)).toMatch(/lacks the group date and time/);
  expect(faultOf('^(OK|NG')).toMatch(/does not compile/);
  expect(faultOf('(?P<pass>OK)(?P<date>1)(?P<time>2)++')).toMatch(/does not compile/);
  expect(faultOf('a'.repeat(1_001))).toMatch(/longer than 1000/);
  expect(compiled('  ').isDefault).toBe(true);
});

test('the fast parser of default names always agrees with the pattern', () => {
  const pattern = compiled();
  let seed = 11;
  const random = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * n);
  };
  const pick = (options: readonly string[]) => options[random(options.length)]!;
  const digits = (length: number) => Array.from({ length }, () => String(random(10))).join('');
  const oddities = ['', '.', '-', 'K', 'ſ', '٣', '\n', '\u0000', '0', 'ok', '.jpg', ' ', '９', 'ı'];
  let matched = 0;
  for (let i = 0; i < 200_000; i++) {
    const parts = [
      pick(['OK', 'NG', 'ok', 'nG', 'O', 'OKNG']),
      '-',
      digits(random(20) === 0 ? random(10) : 8),
      '-',
      digits(random(20) === 0 ? random(8) : 6),
      '-',
      digits(random(10) === 0 ? random(25) : 1 + random(6)),
      pick(['.jpg', '.JPEG', '.Png', '.jpg', '.jpeg', '.gif', 'jpg', '.jpg ']),
    ];
    if (random(3) === 0) parts[random(parts.length)] = pick(oddities);
    if (random(4) === 0) parts.splice(random(parts.length + 1), 0, pick(oddities));
    const name = parts.join('');
    const quick = readDefaultName(name);
    expect(quick, JSON.stringify(name)).toEqual(readName(name, pattern));
    if (quick !== undefined) matched++;
  }
  expect(matched).toBeGreaterThan(20_000);
  expect(matched).toBeLessThan(180_000);
});

test('a million names are parsed quickly', () => {
  const pattern = compiled();
  const names = Array.from(
    { length: 1_000 },
    (_, i) => `OK-202509${10 + (i % 20)}-1021${10 + (i % 50)}-${i}.jpg`,
  );
  let found = 0;
  const tookMs = Array.from({ length: 50 }, () => {
    const startedAt = performance.now();
    for (let round = 0; round < 20; round++) {
      for (const name of names) if (parseFileName(name, pattern, seoul) !== undefined) found++;
    }
    return performance.now() - startedAt;
  });
  expect(found).toBe(1_000_000);
  // The fastest of the 50 rounds, the one no other process disturbed, takes 3 ms; a lost cache takes far longer.
  expect(Math.min(...tookMs)).toBeLessThan(24);
});

test('only JPEG and PNG files are images', () => {
  for (const name of ['a.jpg', 'a.JPEG', 'b.Png', '.jpg']) expect(isImageName(name), name).toBe(true);
  for (const name of ['a.bmp', 'jpg', 'a.jpg.tmp', 'a.jpg\n', 'a.txt', ''])
    expect(isImageName(name), name).toBe(false);
});

test('the first folder is the station and the second the part; without a second there is no part', () => {
  expect(stationAndPartOf('S9/OR-3CT')).toEqual({ station: 'S9', part: 'OR-3CT' });
  expect(stationAndPartOf('S9/OR-3CT/2025/09')).toEqual({ station: 'S9', part: 'OR-3CT' });
  for (const path of ['S9', 'S9/', './S9'])
    expect(stationAndPartOf(path), path).toEqual({ station: 'S9', part: '' });
  expect(stationAndPartOf('')).toEqual({ station: 'Unknown', part: 'Unknown' });
});
