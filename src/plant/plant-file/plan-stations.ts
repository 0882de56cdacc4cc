import { setCycle } from './plan-cycles.ts';
import type { PlanDraft, PlanStep } from './plan-draft.ts';
import type { PlantFile, StationEntry } from './plant-file-schema.ts';
import type { SnapshotStation } from './plant-snapshot.ts';

type Placed = { entry: StationEntry; path: string; row: SnapshotStation; isNew: boolean };

/** What the stations of a file change: names, lines and types, then aliases, then which are shown as another. */
export function planStations(
  draft: PlanDraft,
  entries: NonNullable<PlantFile['stations']>,
  now: number,
): void {
  const placed = placeEntries(draft, entries, now);
  for (const one of placed) planValues(draft, one, now);
  checkNames(draft, placed);
  for (const one of placed) planFolders(draft, one);
  for (const one of placed) planEventIds(draft, one, now);
  const decided = new Set(
    placed.flatMap(({ entry, row }) => (entry.mergedInto === undefined ? [] : [row.id])),
  );
  for (const one of placed) planMerge(draft, one, decided);
  checkMerges(draft, placed);
  for (const { entry, row, path } of placed)
    setCycle(draft, entry.idealCycleSec, {
      section: 'stations',
      name: entry.name,
      stationId: row.id,
      partId: 0,
      path,
    });
  if (draft.isReplacing) hideOthers(draft, placed, now);
}

/** Finds the row of each entry, or adds one. */
function placeEntries(draft: PlanDraft, entries: readonly StationEntry[], now: number): Placed[] {
  const taken = new Map<number, number>();
  const named = new Set(entries.filter(({ images }) => images).map(({ name }) => name));
  return entries.flatMap((entry, i): Placed[] => {
    const path = `stations[${i}]`;
    const found = entry.images ? findInspected(draft, entry, named) : findWorkstation(draft, entry, path);
    if (found === 'fault') return [];
    if (found === undefined) return [{ entry, path, row: addRow(draft, entry, path, now), isNew: true }];
    const first = taken.get(found.id);
    taken.set(found.id, i);
    if (first !== undefined) {
      draft.fault(path, `is the same station as stations[${first}]`);
      return [];
    }
    return [{ entry, path, row: found, isNew: false }];
  });
}

/** By its name, by a former name, or by a folder of the entry that is a station of its own until now. */
function findInspected(
  draft: PlanDraft,
  { name, aliases }: StationEntry,
  named: ReadonlySet<string>,
): SnapshotStation | undefined {
  const byName = draft.stationNamed(name);
  if (byName) return byName;
  for (const folder of aliases?.inspections ?? []) {
    const row = draft.stationNamed(folder);
    if (row && !named.has(row.name)) return row;
  }
  return undefined;
}

function findWorkstation(
  draft: PlanDraft,
  { aliases }: StationEntry,
  path: string,
): SnapshotStation | 'fault' | undefined {
  const rows = (aliases?.events ?? []).map((id) => draft.ownerOf('events', id));
  const [first] = rows.filter((row) => row !== undefined);
  for (const [i, row] of rows.entries()) {
    const where = `${path}.aliases.events[${i}]`;
    if (row?.isInspected) draft.fault(where, `is an id of "${row.name}", which has images`);
    else if (row && first && row.id !== first.id)
      draft.fault(where, `is an id of the workstation "${row.name}"`);
    else continue;
    return 'fault';
  }
  return first;
}

function addRow(draft: PlanDraft, entry: StationEntry, path: string, now: number): SnapshotStation {
  const { name, images, type = '', hidden } = entry;
  if (images && !isStationName(name)) draft.fault(`${path}.name`, 'cannot be the name of a station');
  const row: SnapshotStation = {
    id: draft.newId(),
    name,
    hiddenAt: hidden ? now : null,
    mergedInto: null,
    lineId: 0,
    type,
    isInspected: images,
  };
  draft.addStation(row);
  draft.note({ section: 'stations', action: 'add', name });
  draft.steps.push((write) =>
    write.addStation(row.id, { name, type, isInspected: images, hiddenAt: row.hiddenAt }),
  );
  return row;
}

/** A name stands in addresses as one piece of a path. */
function isStationName(name: string): boolean {
  return name.trim() === name && name !== '.' && name !== '..' && !name.includes('/');
}

function planValues(draft: PlanDraft, { entry, path, row, isNew }: Placed, now: number): void {
  const { isReplacing } = draft;
  const change = (field: 'name' | 'line' | 'type' | 'hidden', before: string | null, after: string | null) =>
    draft.note({ section: 'stations', action: 'change', name: row.name, field, before, after });
  if (entry.name !== row.name && !isFormerName(draft, entry, row)) {
    if (row.isInspected && !isStationName(entry.name))
      draft.fault(`${path}.name`, 'cannot be the name of a station');
    change('name', row.name, entry.name);
    rename(draft, row, entry.name);
  }
  const line = entry.line === undefined && isReplacing ? null : entry.line;
  if (line !== undefined) {
    const lineId = draft.lineIdOf(line);
    if (lineId === undefined)
      draft.fault(`${path}.line`, `"${line}" is no line of this plant. Name it among the lines`);
    else if (lineId !== row.lineId) {
      change('line', draft.lineName(row.lineId), line);
      row.lineId = lineId;
      draft.steps.push((write) => write.setStation(row.id, { lineId }));
    }
  }
  const type = entry.type === undefined && isReplacing ? '' : entry.type;
  if (type !== undefined && type !== row.type) {
    change('type', row.type, type);
    row.type = type;
    draft.steps.push((write) => write.setStation(row.id, { type }));
  }
  const hidden = entry.hidden === undefined && isReplacing ? false : entry.hidden;
  if (row.isInspected && hidden !== undefined && hidden !== (row.hiddenAt !== null) && !isNew)
    setHidden(draft, row, hidden ? now : null);
}

/** A former name means the station as it is called now, as everywhere. */
function isFormerName(draft: PlanDraft, { name, images }: StationEntry, row: SnapshotStation): boolean {
  return images && draft.ownerOf('inspections', name)?.id === row.id;
}

/** Two stations may change names: the one that another row still has is given in a second step. */
function rename(draft: PlanDraft, row: SnapshotStation, name: string): void {
  const isHeld = draft.snapshot.stations.some(
    (other) => other.id !== row.id && other.isInspected === row.isInspected && other.name === name,
  );
  if (isHeld) draft.steps.push((write) => write.setStation(row.id, { name: `~${row.id}` }));
  draft.renameStation(row, name);
  const set: PlanStep = (write) => write.setStation(row.id, { name });
  if (isHeld) draft.lateSteps.push(set);
  else draft.steps.push(set);
}

function setHidden(draft: PlanDraft, row: SnapshotStation, hiddenAt: number | null): void {
  const text = (at: number | null) => (at === null ? 'no' : 'yes');
  draft.note({
    section: 'stations',
    action: 'change',
    name: row.name,
    field: 'hidden',
    before: text(row.hiddenAt),
    after: text(hiddenAt),
  });
  row.hiddenAt = hiddenAt;
  draft.steps.push((write) => write.setStation(row.id, { hiddenAt }));
}

/** Names are unique among stations with images, and among workstations without. */
function checkNames(draft: PlanDraft, placed: readonly Placed[]): void {
  const pathOf = new Map(placed.map(({ row, path }) => [row.id, path]));
  const groups = Map.groupBy(draft.stations, ({ name, isInspected }) => `${isInspected}:${name}`);
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const blamed = group.find(({ id }) => pathOf.has(id));
    if (blamed)
      draft.fault(`${pathOf.get(blamed.id)}.name`, `"${blamed.name}" is the name of another station`);
  }
}

/** Folders and former names of a station with images. */
function planFolders(draft: PlanDraft, { entry, path, row }: Placed): void {
  const wanted = entry.aliases?.inspections ?? (draft.isReplacing ? [] : undefined);
  if (wanted === undefined || !row.isInspected) return;
  const source = 'inspections';
  for (const [i, externalName] of wanted.entries()) {
    const owner = draft.ownerOf(source, externalName);
    const named = draft.inspectedNamed(externalName);
    const other = owner && owner.id !== row.id ? owner : named && named.id !== row.id ? named : undefined;
    if (other) {
      const reason = `means the station "${other.name}". Say "mergedInto" there to show both as one`;
      draft.fault(`${path}.aliases.inspections[${i}]`, reason);
    } else if (owner === undefined && named === undefined) addAlias(draft, row, source, externalName);
  }
  if (draft.isReplacing) {
    const gone = draft.aliases.filter(
      (alias) =>
        alias.source === source && alias.stationId === row.id && !wanted.includes(alias.externalName),
    );
    for (const { externalName } of gone) removeAlias(draft, row, source, externalName);
  }
}

function addAlias(
  draft: PlanDraft,
  row: SnapshotStation,
  source: 'inspections' | 'events',
  externalName: string,
) {
  const field = source === 'events' ? 'eventId' : 'alias';
  draft.note({ section: 'stations', action: 'change', name: row.name, field, after: externalName });
  draft.addAlias(source, externalName, row.id);
  draft.steps.push((write) => write.addAlias(source, externalName, row.id));
}

function removeAlias(
  draft: PlanDraft,
  row: SnapshotStation,
  source: 'inspections' | 'events',
  externalName: string,
) {
  const field = source === 'events' ? 'eventId' : 'alias';
  draft.note({ section: 'stations', action: 'change', name: row.name, field, before: externalName });
  draft.dropAlias(source, externalName);
  draft.steps.push((write) => write.removeAlias(source, externalName));
}

/** Ids that events call a station by. One with images is linked with the workstation of that id, which keeps its events. */
function planEventIds(draft: PlanDraft, { entry, path, row }: Placed, now: number): void {
  const wanted = entry.aliases?.events ?? (draft.isReplacing ? [] : undefined);
  if (wanted === undefined) return;
  if (!row.isInspected) {
    for (const externalName of wanted)
      if (!draft.ownerOf('events', externalName)) addAlias(draft, row, 'events', externalName);
    if (row.mergedInto !== null) link(draft, row, null);
    return;
  }
  if (wanted.length > 0 && (entry.mergedInto ?? null) !== null) {
    draft.fault(`${path}.aliases.events`, 'belongs to the station that it is merged into');
    return;
  }
  for (const [i, externalName] of wanted.entries()) {
    const owner = draft.ownerOf('events', externalName) ?? addWorkstation(draft, externalName, now);
    if (owner.isInspected && owner.id !== row.id)
      draft.fault(`${path}.aliases.events[${i}]`, `is an id of the station "${owner.name}"`);
    else if (owner.id !== row.id && owner.mergedInto !== row.id) link(draft, owner, row);
  }
  if (!draft.isReplacing) return;
  for (const other of draft.stations.filter((one) => !one.isInspected && one.mergedInto === row.id)) {
    const ids = draft.aliases.filter((alias) => alias.source === 'events' && alias.stationId === other.id);
    if (!ids.some(({ externalName }) => wanted.includes(externalName))) link(draft, other, null);
  }
}

/** A workstation that no event has named yet. */
function addWorkstation(draft: PlanDraft, externalName: string, now: number): SnapshotStation {
  const isTaken = (name: string) => draft.stations.some((row) => !row.isInspected && row.name === name);
  let name = externalName;
  for (let i = 2; isTaken(name); i++) name = `${externalName} (${i})`;
  const entry = { name, images: false } as StationEntry;
  const row = addRow(draft, entry, '', now);
  addAlias(draft, row, 'events', externalName);
  return row;
}

/** Shows a workstation as a station with images, or as itself again. Its events stay where they are. */
function link(draft: PlanDraft, row: SnapshotStation, to: SnapshotStation | null): void {
  const before = row.mergedInto === null ? null : (draft.station(row.mergedInto)?.name ?? null);
  draft.note({
    section: 'stations',
    action: 'change',
    name: row.name,
    field: 'mergedInto',
    before,
    after: to?.name ?? null,
  });
  row.mergedInto = to?.id ?? null;
  draft.steps.push((write) => write.setStation(row.id, { mergedInto: to?.id ?? null }));
}

/** `decided` are the rows of which the file itself says it. */
function planMerge(draft: PlanDraft, { entry, path, row }: Placed, decided: ReadonlySet<number>): void {
  const wanted = entry.mergedInto === undefined && draft.isReplacing ? null : entry.mergedInto;
  if (wanted === undefined || !row.isInspected) return;
  if (wanted === null) {
    if (row.mergedInto !== null) link(draft, row, null);
    return;
  }
  const target = draft.stationNamed(wanted);
  if (target === undefined) {
    draft.fault(`${path}.mergedInto`, `"${wanted}" is no station of this plant`);
    return;
  }
  if (target.id === row.id) draft.fault(`${path}.mergedInto`, 'is the station itself');
  if (target.id === row.id || row.mergedInto === target.id) return;
  link(draft, row, target);
  // At most one step: what was shown as it follows.
  for (const other of draft.stations)
    if (other.mergedInto === row.id && !decided.has(other.id)) link(draft, other, target);
}

function checkMerges(draft: PlanDraft, placed: readonly Placed[]): void {
  const pathOf = new Map(placed.map(({ row, path }) => [row.id, path]));
  for (const row of draft.stations) {
    const target = row.mergedInto === null ? undefined : draft.station(row.mergedInto);
    if (!target || target.mergedInto === null) continue;
    const path = pathOf.get(row.id) ?? pathOf.get(target.id) ?? 'stations';
    draft.fault(`${path}.mergedInto`, `"${target.name}" is itself merged into another station`);
  }
}

/** Stations that a file does not name have facts, so they only leave the pages. */
function hideOthers(draft: PlanDraft, placed: readonly Placed[], now: number): void {
  const named = new Set(placed.map(({ row }) => row.id));
  for (const row of draft.stations)
    if (row.isInspected && row.hiddenAt === null && row.mergedInto === null && !named.has(row.id))
      setHidden(draft, row, now);
}
