/** Deeper than any description of defects. Unlimited nesting would overflow the stack when the value is written. */
const maxDepth = 64;

/**
 * Parses the defects of an uploaded pair: any JSON that every database can store and every page can print. Undefined for
 * invalid JSON, nesting deeper than 64, and invalid characters (NUL, lone surrogates).
 */
export function parseDefectData(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStorable(value, 0) ? { value } : undefined;
  } catch {
    return undefined;
  }
}

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= maxDepth) return false;
  return Object.entries(value).every(([key, inner]) => isText(key) && isStorable(inner, depth + 1));
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
