/** Texts from `atLeast` to just before `below`, in the order of their characters. */
export type TextRange = { atLeast: string; below: string };

/** Sorts behind every character, in UTF-8 and by code point. */
const lastCharacter = '\u{10ffff}';

/**
 * The texts that begin so, as a stretch of an index: unlike LIKE it knows no wildcard. Right for columns that are compared
 * by code point; PostgreSQL needs `COLLATE "C"` for that.
 */
export function beginningWith(text: string): TextRange {
  return { atLeast: text, below: `${text}${lastCharacter}` };
}
