/** The outcome of a requested sweep: files seen, files new to the database, and why it may be incomplete. */
export type RescanResult = { scanned: number; added: number; note: string | null };

/** The sum over several roots, with the distinct notes of all. */
export function sumRescans(results: readonly RescanResult[]): RescanResult {
  const notes = [...new Set(results.flatMap(({ note }) => note ?? []))];
  return {
    scanned: results.reduce((sum, { scanned }) => sum + scanned, 0),
    added: results.reduce((sum, { added }) => sum + added, 0),
    note: notes.length > 0 ? notes.join('; ') : null,
  };
}
