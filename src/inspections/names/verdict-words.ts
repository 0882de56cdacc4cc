import type { Verdict } from '../../plant/yield.ts';

/** What a verdict's word means; an undecided image waits for a person. */
export type VerdictMeaning = Verdict | 'undecided';

/** Meanings of the words of the group `pass`, by the word in capitals. */
export type VerdictWords = ReadonlyMap<string, VerdictMeaning>;

/** `1` and `0` are left out: plants use either for a good part. */
const usualWords: Readonly<Record<string, VerdictMeaning>> = {
  OK: 'OK',
  PASS: 'OK',
  GOOD: 'OK',
  NG: 'NG',
  FAIL: 'NG',
  BAD: 'NG',
};

const meanings: Readonly<Record<string, VerdictMeaning>> = {
  OK: 'OK',
  NG: 'NG',
  UNDECIDED: 'undecided',
  REVIEW: 'undecided',
};

const maxWords = 100;
/** Longer words are cut where they are stored. */
export const maxWordLength = 40;

/**
 * Reads VERDICT_WORDS: `NOK=NG, IO=OK, WARN=undecided`. The words OK, PASS, GOOD, NG, FAIL and BAD have their meaning
 * without being listed, and another one when they are. `fault` is one sentence for the operator.
 */
export function readVerdictWords(
  text: string,
): { ok: true; words: VerdictWords } | { ok: false; fault: string } {
  const words = new Map(Object.entries(usualWords));
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  if (entries.length > maxWords) return { ok: false, fault: `There are more than ${maxWords} words.` };
  for (const entry of entries) {
    const [word = '', meaning = '', ...rest] = entry.split(/[=:]/).map((part) => part.trim());
    const known = meanings[meaning.toUpperCase()];
    if (word === '' || word.length > maxWordLength || known === undefined || rest.length > 0) {
      const shown = JSON.stringify(entry.trim().slice(0, 60));
      return {
        ok: false,
        fault: `${shown} is not a word and its meaning, as in NOK=NG, IO=OK or WARN=undecided.`,
      };
    }
    words.set(word.toUpperCase(), known);
  }
  return { ok: true, words };
}
