import type { VerdictMeaning } from '../names/verdict-words.ts';

/** Words by which inspection systems name a verdict: those of one family stand beside each other in one plant. */
const families: readonly Readonly<Record<string, VerdictMeaning>>[] = [
  { OK: 'OK', NG: 'NG', NOK: 'NG' },
  { PASS: 'OK', FAIL: 'NG' },
  { PASSED: 'OK', FAILED: 'NG' },
  { GOOD: 'OK', BAD: 'NG' },
  { IO: 'OK', NIO: 'NG' },
  { GUT: 'OK', SCHLECHT: 'NG' },
  { ACCEPT: 'OK', REJECT: 'NG' },
  { ACCEPTED: 'OK', REJECTED: 'NG' },
  { TRUE: 'OK', FALSE: 'NG' },
  { OK: 'OK', KO: 'NG' },
  { OK: 'OK', DEFECT: 'NG' },
  { OK: 'OK', DEFECTIVE: 'NG' },
  { OK: 'OK', ERROR: 'NG' },
  { NORMAL: 'OK', ABNORMAL: 'NG' },
  { BON: 'OK', MAUVAIS: 'NG' },
  { BUENO: 'OK', MALO: 'NG' },
  { 良品: 'OK', 不良品: 'NG' },
  { 良: 'OK', 不良: 'NG' },
  { 合格: 'OK', 不合格: 'NG' },
  { 양품: 'OK', 불량품: 'NG' },
  { 정상: 'OK', 불량: 'NG' },
];

/** Words for neither: a person decides. */
const undecided = [
  'WARN',
  'WARNING',
  'REVIEW',
  'RETRY',
  'UNCLEAR',
  'UNKNOWN',
  'MARGINAL',
  'RECHECK',
  'HOLD',
  'SUSPECT',
];

const meanings = new Map<string, VerdictMeaning>([
  ...undecided.map((word): [string, VerdictMeaning] => [word, 'undecided']),
  ...families.flatMap((family) => Object.entries(family)),
]);

/** What a word, in any case, is used for as a verdict; undefined for every other word. */
export function usualMeaning(word: string): VerdictMeaning | undefined {
  return meanings.get(word.toUpperCase());
}

/** These words and those that stand beside them in other images: a plant's newest images may all be good. */
export function withOpposites(words: Iterable<string>): string[] {
  const known = new Set([...words].map((word) => word.toUpperCase()));
  for (const word of [...known]) {
    const family = families.find((one) => Object.hasOwn(one, word));
    for (const other of Object.keys(family ?? {})) known.add(other);
  }
  return [...known];
}
