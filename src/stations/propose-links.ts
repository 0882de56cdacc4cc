import type { StationRow } from '../plant/names.ts';
import type { Workstation } from '../plant/resources/workstations.ts';

/** A workstation that seems to be a station with images. */
export type ProposedLink = { workstation: Workstation; station: { id: number; name: string } };

/** Shown at a time; the others follow once these are decided. */
const maxProposals = 20;

/**
 * Workstations whose id or name is that of a station with images, whatever the case and marks, or begins with it as a word
 * ("S4 Packaging" and "S4"). Only proposed: equal names may be two machines, and a person decides.
 */
export function proposeLinks(
  workstations: readonly Workstation[],
  rows: readonly StationRow[],
): ProposedLink[] {
  const linked = new Set(
    workstations.filter(({ stationId, shownAs }) => shownAs !== stationId).map(({ shownAs }) => shownAs),
  );
  const byName = new Map<string, StationRow>();
  for (const row of rows) {
    if (row.mergedInto !== null || row.hiddenAt !== null || linked.has(row.id)) continue;
    for (const name of [row.name, ...row.aliases]) if (!byName.has(plain(name))) byName.set(plain(name), row);
  }
  const found: ProposedLink[] = [];
  const seen = new Set<number>();
  for (const workstation of workstations) {
    const { stationId, shownAs, code, name } = workstation;
    if (shownAs !== stationId || seen.has(stationId)) continue;
    const [firstWord = ''] = name.trim().split(/\s+/);
    const row = [code, name, firstWord]
      .map((text) => byName.get(plain(text)))
      .find((one) => one !== undefined);
    if (row === undefined) continue;
    seen.add(stationId);
    found.push({ workstation, station: { id: row.id, name: row.name } });
  }
  return found.slice(0, maxProposals);
}

/** Letters and digits alone, in one case; a name of marks stays as it is. */
function plain(name: string): string {
  const kept = name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
  return kept || name;
}
