import { setCycle } from './plan-cycles.ts';
import { PlanDraft, type PlanStep, type PlantChange } from './plan-draft.ts';
import { planStations } from './plan-stations.ts';
import type { PlantFile, PlantFileFault, StationRef } from './plant-file-schema.ts';
import type { PlantSnapshot, SnapshotStation } from './plant-snapshot.ts';

/** What a file changes of a plant. With a fault nothing of it is done. */
export type PlantPlan = { faults: PlantFileFault[]; changes: PlantChange[]; steps: PlanStep[] };

const most = { workers: 20_000, plansOfLine: 100 };

/**
 * Compares a file with the plant as it is. What the file leaves out stays; with `isReplacing`, what a section of the file
 * does not name is removed: lines, shift plans, workers, targets and cycles are, stations leave the pages, and models and
 * workstations stay, because recorded facts name them.
 */
export function planPlant(
  file: PlantFile,
  snapshot: PlantSnapshot,
  { isReplacing, now }: { isReplacing: boolean; now: number },
): PlantPlan {
  const draft = new PlanDraft(snapshot, isReplacing);
  if (file.lines) planLines(draft, file.lines);
  if (file.stations) planStations(draft, file.stations, now);
  if (file.site)
    setCycle(draft, file.site.idealCycleSec, {
      section: 'site',
      name: snapshot.site.title || snapshot.site.name,
      stationId: 0,
      partId: 0,
      path: 'site.idealCycleSec',
    });
  if (file.parts) planParts(draft, file.parts);
  if (file.targets) planTargets(draft, file.targets);
  if (file.workers) planWorkers(draft, file.workers);
  if (file.shiftPlans) planShifts(draft, file.shiftPlans);
  const { faults, changes, steps, lateSteps } = draft;
  return { faults, changes, steps: [...steps, ...lateSteps] };
}

function planLines(draft: PlanDraft, lines: NonNullable<PlantFile['lines']>): void {
  for (const { name } of lines) {
    if (draft.lineIdOf(name) !== undefined) continue;
    const id = draft.newId();
    draft.lines.push({ id, name });
    draft.note({ section: 'lines', action: 'add', name });
    draft.steps.push((write) => write.addLine(id, name));
  }
  if (!draft.isReplacing) return;
  const named = new Set(lines.map(({ name }) => name));
  for (const { id, name } of draft.lines.filter((line) => !named.has(line.name))) {
    draft.note({ section: 'lines', action: 'remove', name });
    // What stands in it is moved before.
    draft.lateSteps.push((write) => write.removeLine(id));
  }
  draft.lines = draft.lines.filter(({ name }) => named.has(name));
}

function planParts(draft: PlanDraft, parts: NonNullable<PlantFile['parts']>): void {
  const added: { id: number; name: string }[] = [];
  for (const { name } of parts) {
    if (draft.partIdOf(name) !== undefined) continue;
    added.push({ id: draft.addPart(name), name });
    draft.note({ section: 'parts', action: 'add', name });
  }
  if (added.length > 0) draft.steps.push((write) => write.addParts(added));
  const named = new Set<string>();
  for (const [i, { name, idealCycleSec, atStations = [] }] of parts.entries()) {
    const partId = draft.partIdOf(name) ?? 0;
    const path = `parts[${i}]`;
    named.add(`0:${partId}`);
    setCycle(draft, idealCycleSec, { section: 'parts', name, stationId: 0, partId, path });
    for (const [j, { idealCycleSec: seconds, ...ref }] of atStations.entries()) {
      const row = findRef(draft, ref);
      if (row === undefined) {
        draft.fault(
          `${path}.atStations[${j}]`,
          `"${ref.station ?? ref.workstation}" is no station of this plant`,
        );
        continue;
      }
      if (named.has(`${row.id}:${partId}`)) {
        draft.fault(`${path}.atStations[${j}]`, `says "${row.name}" a second time`);
        continue;
      }
      named.add(`${row.id}:${partId}`);
      const at = {
        section: 'parts' as const,
        name: `${name} · ${row.name}`,
        stationId: row.id,
        partId,
        path,
      };
      setCycle(draft, seconds, at);
    }
  }
  if (draft.isReplacing) removeCycles(draft, named);
}

/** Takes back the cycles of models that a file does not say. */
function removeCycles(draft: PlanDraft, named: ReadonlySet<string>): void {
  const names = new Map(draft.parts.map(({ id, name }) => [id, name]));
  for (const { stationId, partId } of draft.snapshot.cycles) {
    if (partId === 0 || named.has(`${stationId}:${partId}`)) continue;
    const at = stationId === 0 ? '' : ` · ${draft.station(stationId)?.name ?? '–'}`;
    const name = `${names.get(partId) ?? '–'}${at}`;
    setCycle(draft, null, { section: 'parts', name, stationId, partId, path: 'parts' });
  }
}

/** Cycles of a linked workstation are those of the station it is shown as. */
function findRef(draft: PlanDraft, { station, workstation }: StationRef): SnapshotStation | undefined {
  if (station !== undefined) return draft.stationNamed(station);
  const row = workstation === undefined ? undefined : draft.ownerOf('events', workstation);
  return row && row.mergedInto !== null ? draft.station(row.mergedInto) : row;
}

function planTargets(draft: PlanDraft, targets: NonNullable<PlantFile['targets']>): void {
  const named = new Set<string>();
  const set = (name: string, scope: { stationId: number; partId: number }, rate: number | null) => {
    const known = draft.snapshot.targets.find(
      (row) => row.stationId === scope.stationId && row.partId === scope.partId,
    );
    if (known === undefined && rate === null) return;
    if (known && rate !== null && Math.abs(known.yield - rate) < 1e-9) return;
    const text = (value: number | null | undefined) =>
      value == null ? null : `${Math.round(value * 1e8) / 1e6} %`;
    draft.note({
      section: 'targets',
      action: 'change',
      name,
      field: 'yield',
      before: text(known?.yield),
      after: text(rate),
    });
    draft.steps.push((write) => write.setTarget(scope.stationId, scope.partId, rate));
  };
  const nameOf = (station: string | null | undefined, part: string | null | undefined) =>
    `${station ?? '*'} · ${part ?? '*'}`;
  for (const [i, { station, part, yield: rate }] of targets.entries()) {
    const stationId = station == null ? 0 : draft.stationNamed(station)?.id;
    const partId = part == null ? 0 : draft.partIdOf(part);
    if (stationId === undefined)
      draft.fault(`targets[${i}].station`, `"${station}" is no station of this plant`);
    if (partId === undefined)
      draft.fault(`targets[${i}].part`, `"${part}" is no model. Name it among the parts`);
    if (stationId === undefined || partId === undefined) continue;
    const key = `${stationId}:${partId}`;
    if (named.has(key)) draft.fault(`targets[${i}]`, 'means the same station and model as one before');
    named.add(key);
    set(nameOf(station, part), { stationId, partId }, rate);
  }
  if (!draft.isReplacing) return;
  const parts = new Map(draft.parts.map(({ id, name }) => [id, name]));
  for (const { stationId, partId } of draft.snapshot.targets) {
    if (named.has(`${stationId}:${partId}`)) continue;
    const station = stationId === 0 ? null : (draft.station(stationId)?.name ?? '–');
    const part = partId === 0 ? null : (parts.get(partId) ?? '–');
    set(nameOf(station, part), { stationId, partId }, null);
  }
}

function planWorkers(draft: PlanDraft, workers: NonNullable<PlantFile['workers']>): void {
  const known = new Map(draft.snapshot.workers.map((worker) => [worker.code, worker]));
  const added: { code: string; name: string }[] = [];
  for (const { code, name } of workers) {
    const row = known.get(code);
    if (row === undefined) {
      added.push({ code, name: name ?? '' });
      draft.note({ section: 'workers', action: 'add', name: code, field: 'name', after: name || null });
    } else if (name !== undefined && name !== row.name) {
      draft.note({
        section: 'workers',
        action: 'change',
        name: code,
        field: 'name',
        before: row.name,
        after: name,
      });
      draft.steps.push((write) => write.renameWorker(row.id, name));
    }
  }
  if (added.length > 0) draft.steps.push((write) => write.addWorkers(added));
  const named = new Set(workers.map(({ code }) => code));
  const gone = draft.isReplacing ? draft.snapshot.workers.filter(({ code }) => !named.has(code)) : [];
  for (const { id, code } of gone) {
    draft.note({ section: 'workers', action: 'remove', name: code });
    draft.steps.push((write) => write.removeWorker(id));
  }
  if (known.size + added.length - gone.length > most.workers)
    draft.fault('workers', `would be more than the ${most.workers} that are kept`);
}

function planShifts(draft: PlanDraft, plans: NonNullable<PlantFile['shiftPlans']>): void {
  const keyOf = (lineId: number, fromDate: string) => `${lineId}:${fromDate}`;
  const known = new Map(draft.snapshot.plans.map((row) => [keyOf(row.lineId, row.fromDate), row]));
  const nameOf = (line: string | null, fromDate: string) =>
    line === null ? fromDate : `${line} · ${fromDate}`;
  const counts = new Map<number, number>();
  for (const { lineId } of draft.snapshot.plans) counts.set(lineId, (counts.get(lineId) ?? 0) + 1);
  const named = new Set<string>();
  for (const [i, { line = null, fromDate, plan }] of plans.entries()) {
    const lineId = draft.lineIdOf(line);
    if (lineId === undefined) {
      draft.fault(`shiftPlans[${i}].line`, `"${line}" is no line of this plant. Name it among the lines`);
      continue;
    }
    const key = keyOf(lineId, fromDate);
    named.add(key);
    const before = known.get(key);
    if (before && JSON.stringify(before.plan) === JSON.stringify(plan)) continue;
    const action = before ? 'change' : 'add';
    if (!before) counts.set(lineId, (counts.get(lineId) ?? 0) + 1);
    if ((counts.get(lineId) ?? 0) > most.plansOfLine)
      draft.fault(`shiftPlans[${i}]`, `is one more than the ${most.plansOfLine} plans that are kept`);
    draft.note({ section: 'shiftPlans', action, name: nameOf(line, fromDate), field: 'plan' });
    draft.steps.push((write) => write.setPlan(lineId, fromDate, plan));
  }
  if (!draft.isReplacing) return;
  for (const { lineId, fromDate } of draft.snapshot.plans) {
    if (named.has(keyOf(lineId, fromDate))) continue;
    draft.note({ section: 'shiftPlans', action: 'remove', name: nameOf(draft.lineName(lineId), fromDate) });
    draft.steps.push((write) => write.removePlan(lineId, fromDate));
  }
}
