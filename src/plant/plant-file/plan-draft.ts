import type { PlantFileFault } from './plant-file-schema.ts';
import type { PlantSnapshot, SnapshotStation } from './plant-snapshot.ts';
import type { PlantWriter } from './plant-writer.ts';

/** What a change is of, and which field; keys of texts. */
export type PlantChange = {
  section: 'site' | 'lines' | 'stations' | 'parts' | 'workers' | 'shiftPlans' | 'targets';
  action: 'add' | 'change' | 'remove';
  /** What it is called. */
  name: string;
  field: ChangedField | null;
  before: string | null;
  after: string | null;
};

export type ChangedField =
  | 'name'
  | 'line'
  | 'type'
  | 'hidden'
  | 'mergedInto'
  | 'alias'
  | 'eventId'
  | 'cycle'
  | 'yield'
  | 'plan';

export type PlanStep = (write: PlantWriter) => Promise<void>;

/** A plant in memory that becomes what a file says, with every step that this takes in the database. */
export class PlanDraft {
  readonly changes: PlantChange[] = [];
  readonly faults: PlantFileFault[] = [];
  readonly steps: PlanStep[] = [];
  /** Steps after all others. */
  readonly lateSteps: PlanStep[] = [];
  /** Those that will be there. */
  lines: PlantSnapshot['lines'];
  readonly stations: SnapshotStation[];
  readonly aliases: PlantSnapshot['aliases'];
  readonly parts: PlantSnapshot['parts'];
  readonly snapshot: PlantSnapshot;
  /** What the file leaves out is taken back. */
  readonly isReplacing: boolean;
  private lastId = 0;
  private readonly stationsById: Map<number, SnapshotStation>;
  private readonly inspectedByName: Map<string, SnapshotStation>;
  private readonly aliasOwners: Map<string, number>;
  private readonly partIds: Map<string, number>;

  constructor(snapshot: PlantSnapshot, isReplacing: boolean) {
    this.snapshot = snapshot;
    this.isReplacing = isReplacing;
    this.lines = snapshot.lines.map((line) => ({ ...line }));
    this.stations = snapshot.stations.map((row) => ({ ...row }));
    this.aliases = snapshot.aliases.map((alias) => ({ ...alias }));
    this.parts = [...snapshot.parts];
    this.stationsById = new Map(this.stations.map((row) => [row.id, row]));
    this.inspectedByName = new Map(
      this.stations.flatMap((row) => (row.isInspected ? [[row.name, row]] : [])),
    );
    this.aliasOwners = new Map(
      this.aliases.map(({ source, externalName, stationId }) => [`${source}:${externalName}`, stationId]),
    );
    this.partIds = new Map(this.parts.map(({ id, name }) => [name, id]));
  }

  /** Stands for a row that is still to be added. */
  newId(): number {
    return --this.lastId;
  }

  note(change: Omit<PlantChange, 'field' | 'before' | 'after'> & Partial<PlantChange>): void {
    this.changes.push({ field: null, before: null, after: null, ...change });
  }

  fault(path: string, reason: string): void {
    this.faults.push({ path, reason });
  }

  station(id: number): SnapshotStation | undefined {
    return this.stationsById.get(id);
  }

  addStation(row: SnapshotStation): void {
    this.stations.push(row);
    this.stationsById.set(row.id, row);
    if (row.isInspected && !this.inspectedByName.has(row.name)) this.inspectedByName.set(row.name, row);
  }

  renameStation(row: SnapshotStation, name: string): void {
    if (this.inspectedByName.get(row.name) === row) this.inspectedByName.delete(row.name);
    row.name = name;
    if (row.isInspected && !this.inspectedByName.has(name)) this.inspectedByName.set(name, row);
  }

  /** The station with images of this very name. */
  inspectedNamed(name: string): SnapshotStation | undefined {
    return this.inspectedByName.get(name);
  }

  /** The station with images of this name, or once called so. */
  stationNamed(name: string): SnapshotStation | undefined {
    return this.inspectedByName.get(name) ?? this.ownerOf('inspections', name);
  }

  /** The row that a name of a source means. */
  ownerOf(source: 'inspections' | 'events', externalName: string): SnapshotStation | undefined {
    const id = this.aliasOwners.get(`${source}:${externalName}`);
    return id === undefined ? undefined : this.station(id);
  }

  addAlias(source: 'inspections' | 'events', externalName: string, stationId: number): void {
    this.aliases.push({ source, externalName, stationId });
    this.aliasOwners.set(`${source}:${externalName}`, stationId);
  }

  dropAlias(source: 'inspections' | 'events', externalName: string): void {
    const at = this.aliases.findIndex((one) => one.source === source && one.externalName === externalName);
    if (at >= 0) this.aliases.splice(at, 1);
    this.aliasOwners.delete(`${source}:${externalName}`);
  }

  lineIdOf(name: string | null): number | undefined {
    return name === null ? 0 : this.lines.find((line) => line.name === name)?.id;
  }

  /** Of a line that goes, too. */
  lineName(id: number): string | null {
    return [...this.lines, ...this.snapshot.lines].find((line) => line.id === id)?.name ?? null;
  }

  partIdOf(name: string): number | undefined {
    return this.partIds.get(name);
  }

  addPart(name: string): number {
    const id = this.newId();
    this.parts.push({ id, name });
    this.partIds.set(name, id);
    return id;
  }
}
