/** What a sweep somebody asked for came to: files seen, files new, and why it may not be all. */
export type RescanResult = { scanned: number; added: number; note: string | null };

/** The sum over several roots, with the notes of those that could not. */
export function sumRescans(results: readonly RescanResult[]): RescanResult {
  const notes = [...new Set(results.flatMap(({ note }) => note ?? []))];
  return {
    scanned: results.reduce((sum, { scanned }) => sum + scanned, 0),
    added: results.reduce((sum, { added }) => sum + added, 0),
    note: notes.length > 0 ? notes.join('; ') : null,
  };
}
