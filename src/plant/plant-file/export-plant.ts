import { secondMs } from '../../kernel/time/durations.ts';
import type { PlantFile, StationEntry } from './plant-file-schema.ts';
import type { PlantSnapshot, SnapshotStation } from './plant-snapshot.ts';

/** What a file says of people: names, only the ids of their events, or nobody. */
export type PeopleInFile = 'names' | 'codes' | 'off';

const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const byText = (a: string, b: string) => inOrder.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);

/** The plant as a file, in natural order of the names, so that versions of it can be compared line by line. */
export function exportPlant(snapshot: PlantSnapshot, people: PeopleInFile): PlantFile {
  const { site, lines, stations, parts, targets, workers, plans } = snapshot;
  const lineNames = new Map(lines.map(({ id, name }) => [id, name]));
  const partNames = new Map(parts.map(({ id, name }) => [id, name]));
  const rows = new Map(stations.map((row) => [row.id, row]));
  const cycleSecOf = (stationId: number, partId: number) => {
    const found = snapshot.cycles.find((row) => row.stationId === stationId && row.partId === partId);
    return found && secondsOf(found.cycleMs);
  };
  const siteCycle = cycleSecOf(0, 0);
  return {
    version: 1,
    site: {
      name: site.name,
      title: site.title,
      timeZone: site.timeZone,
      idealCycleSec: siteCycle,
    },
    lines: lines.map(({ name }) => ({ name })).sort((a, b) => byText(a.name, b.name)),
    stations: stations
      .filter((row) => !isLinked(row))
      .map((row) => stationEntryOf(snapshot, row, { lineNames, rows, cycleSec: cycleSecOf(row.id, 0) }))
      .sort((a, b) => byText(a.name, b.name) || Number(b.images) - Number(a.images)),
    parts: parts
      .filter(({ id, name }) => name !== '' || snapshot.cycles.some(({ partId }) => partId === id))
      .map(({ id, name }) => {
        const ofAll = cycleSecOf(0, id);
        const atStations = snapshot.cycles
          .filter(({ stationId, partId }) => partId === id && stationId !== 0)
          .flatMap(({ stationId, cycleMs }) => {
            const ref = refOf(snapshot, rows.get(stationId));
            return ref ? [{ ...ref, idealCycleSec: secondsOf(cycleMs) }] : [];
          })
          .sort((a, b) => byText(JSON.stringify(a), JSON.stringify(b)));
        return {
          name,
          idealCycleSec: ofAll,
          atStations: atStations.length > 0 ? atStations : undefined,
        };
      })
      .sort((a, b) => byText(a.name, b.name)),
    workers:
      people === 'off'
        ? undefined
        : workers
            .map(({ code, name }) => ({ code, name: people === 'names' ? name : undefined }))
            .sort((a, b) => byText(a.code, b.code)),
    shiftPlans: plans.flatMap(({ lineId, fromDate, plan }) => {
      const line = lineId === 0 ? null : lineNames.get(lineId);
      return plan === null || line === undefined ? [] : [{ line, fromDate, plan }];
    }),
    targets: targets
      .flatMap(({ stationId, partId, yield: rate }) => {
        const station = stationId === 0 ? null : rows.get(stationId)?.name;
        const part = partId === 0 ? null : partNames.get(partId);
        return station === undefined || part === undefined ? [] : [{ station, part, yield: rate }];
      })
      .sort((a, b) => byText(`${a.station ?? ''}\n${a.part ?? ''}`, `${b.station ?? ''}\n${b.part ?? ''}`)),
  };
}

/** A workstation that is shown as a station with images: its ids stand among that one's aliases. */
function isLinked({ isInspected, mergedInto }: SnapshotStation): boolean {
  return !isInspected && mergedInto !== null;
}

function stationEntryOf(
  { aliases, stations }: PlantSnapshot,
  row: SnapshotStation,
  {
    lineNames,
    rows,
    cycleSec,
  }: {
    lineNames: ReadonlyMap<number, string>;
    rows: ReadonlyMap<number, SnapshotStation>;
    cycleSec: number | undefined;
  },
): StationEntry {
  const linked = stations
    .filter((other) => isLinked(other) && other.mergedInto === row.id)
    .map(({ id }) => id);
  const namesOf = (source: 'inspections' | 'events', ids: readonly number[]) =>
    aliases
      .filter((alias) => alias.source === source && ids.includes(alias.stationId))
      .map(({ externalName }) => externalName)
      .sort(byText);
  const inspections = namesOf('inspections', [row.id]);
  const events = namesOf('events', [row.id, ...linked]);
  const target = row.mergedInto === null ? undefined : rows.get(row.mergedInto);
  return {
    name: row.name,
    images: row.isInspected,
    line: lineNames.get(row.lineId) ?? null,
    type: row.type,
    hidden: row.isInspected ? row.hiddenAt !== null : undefined,
    mergedInto: row.isInspected ? (target?.name ?? null) : undefined,
    aliases: {
      inspections: row.isInspected ? inspections : undefined,
      events,
    },
    idealCycleSec: cycleSec,
  };
}

function refOf({ aliases }: PlantSnapshot, row: SnapshotStation | undefined) {
  if (row === undefined) return undefined;
  if (row.isInspected) return { station: row.name };
  const [code] = aliases
    .filter(({ source, stationId }) => source === 'events' && stationId === row.id)
    .map(({ externalName }) => externalName)
    .sort(byText);
  return code === undefined ? undefined : { workstation: code };
}

/** Thousandths of a millisecond are what computing leaves behind. */
function secondsOf(cycleMs: number): number {
  return Math.round(cycleMs * 1_000) / 1_000 / secondMs;
}
