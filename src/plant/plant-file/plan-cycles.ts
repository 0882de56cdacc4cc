import { secondMs } from '../../kernel/time/durations.ts';
import type { PlanDraft, PlantChange } from './plan-draft.ts';

/** Seconds are written in decimals, milliseconds kept as they compute. */
const smallestDifferenceMs = 1e-4;

/** Sets an ideal cycle from now on, takes it back by null, and leaves it by undefined unless what is left out goes. */
export function setCycle(
  draft: PlanDraft,
  seconds: number | null | undefined,
  at: { section: PlantChange['section']; name: string; stationId: number; partId: number; path: string },
): void {
  if (seconds === undefined && !draft.isReplacing) return;
  const { stationId, partId } = at;
  const known = draft.snapshot.cycles.find((row) => row.stationId === stationId && row.partId === partId);
  const cycleMs = seconds === undefined || seconds === null ? null : seconds * secondMs;
  if (known === undefined && cycleMs === null) return;
  if (known && cycleMs !== null && Math.abs(known.cycleMs - cycleMs) < smallestDifferenceMs) return;
  const text = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? null : `${Math.round(ms * 1_000) / 1_000 / secondMs} s`;
  draft.note({
    section: at.section,
    action: 'change',
    name: at.name,
    field: 'cycle',
    before: text(known?.cycleMs),
    after: text(cycleMs),
  });
  draft.steps.push((write) => write.setCycle(stationId, partId, cycleMs));
}
