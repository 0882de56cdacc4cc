/** Deeper than anything that describes defects; texts nested without end would end the one who writes them. */
const maxDepth = 64;

/**
 * What the sender of a pair says of its defects: any JSON that every database keeps and every page can write. Undefined
 * for anything else: no JSON, nested more than 64 deep, or with characters that are none (NUL, halves of a pair).
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
