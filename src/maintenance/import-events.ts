import type { Workers } from '../plant/resources/workers.ts';
import type { Workstations } from '../plant/resources/workstations.ts';
import type { EventRecorder } from '../productivity/recording/event-recorder.ts';
import type { FactoryFile, FactoryRow } from './factory-file.ts';

/** Events recorded together. */
const batchSize = 2_000;
/** Different reasons that a report names, and examples of each. */
const maxReasons = 50;
const maxExamples = 3;
const longestExample = 200;
const longestCode = 100;

/** What became of the rows of one kind. */
export type ImportCount = { read: number; added: number; known: number; refused: number };

/** What an import took, and what it refused and why. */
export type ImportReport = {
  workers: ImportCount;
  workstations: ImportCount;
  events: ImportCount;
  missing: readonly string[];
  /** By reason, the most frequent first. */
  refused: { reason: string; count: number; examples: string[] }[];
  /** Refused for reasons that are not named. */
  otherRefused: number;
};

/**
 * Takes the history of the replaced productivity dashboard: workers and workstations that are not known yet, and its events
 * by the same rules as any others. A second run adds nothing, and no name that was changed here meanwhile is changed back.
 */
export async function importEvents(
  file: FactoryFile,
  plant: {
    siteId: number;
    workers: Pick<Workers, 'find' | 'put'>;
    workstations: Pick<Workstations, 'find' | 'put'>;
    recorder: EventRecorder;
    onProgress?: (events: number) => void;
  },
): Promise<ImportReport> {
  const { siteId, workers, workstations, recorder, onProgress } = plant;
  const refusals = createRefusals();

  async function take(
    rows: Iterable<FactoryRow>,
    key: string,
    put: (code: string, row: FactoryRow) => Promise<boolean>,
  ): Promise<ImportCount> {
    const count: ImportCount = { read: 0, added: 0, known: 0, refused: 0 };
    // Few rows: read to the end, so that no read is open while others are written.
    for (const row of [...rows]) {
      count.read += 1;
      const code = textOf(row[key]);
      const fault = faultOfCode(key, code);
      if (fault !== undefined) {
        refusals.note(fault, row);
        count.refused += 1;
      } else if (await put(code, row)) count.added += 1;
      else count.known += 1;
    }
    return count;
  }

  const workerCount = await take(file.workers(), 'worker_id', async (code, row) => {
    if (workers.find(siteId, code)) return false;
    await workers.put(siteId, { code, name: nameOf(row.name) });
    return true;
  });
  const workstationCount = await take(file.workstations(), 'station_id', async (code, row) => {
    if (workstations.find(siteId, code)) return false;
    await workstations.put(siteId, { code, name: nameOf(row.name), type: nameOf(row.type) });
    return true;
  });

  const events: ImportCount = { read: 0, added: 0, known: 0, refused: 0 };
  let batch: FactoryRow[] = [];
  const flush = async () => {
    const outcomes = await recorder.record(batch.map(eventOf), 'import');
    for (const [i, { status, error }] of outcomes.entries()) {
      if (status === 'recorded') events.added += 1;
      else if (status === 'duplicate') events.known += 1;
      else {
        events.refused += 1;
        refusals.note(error ?? 'Older than what retention keeps', batch[i]!);
      }
    }
    events.read += batch.length;
    batch = [];
    onProgress?.(events.read);
  };
  for (const row of file.events()) {
    batch.push(row);
    if (batch.length >= batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  return {
    workers: workerCount,
    workstations: workstationCount,
    events,
    missing: file.missing,
    ...refusals.list(),
  };
}

/** An event as senders send it: in a database, times and ids may be numbers. */
function eventOf(row: FactoryRow): Record<string, unknown> {
  const { timestamp, worker_id, workstation_id, ...rest } = row;
  return {
    ...rest,
    timestamp: timeOf(timestamp),
    worker_id: textOf(worker_id),
    workstation_id: textOf(workstation_id),
  };
}

/** Numbers up to this are seconds, not milliseconds: it is a second of the year 2286, and a millisecond of 1970. */
const greatestSecond = 9_999_999_999;

function timeOf(value: unknown): unknown {
  if (typeof value === 'number' && Number.isFinite(value)) {
    const at = new Date(value > greatestSecond ? value : value * 1_000);
    return Number.isNaN(at.getTime()) ? value : at.toISOString();
  }
  if (typeof value !== 'string') return value;
  return value
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d) +/, '$1T')
    .replace(/(\.\d{3})\d+/, '$1');
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function nameOf(value: unknown): string {
  return textOf(value)
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, longestCode);
}

function faultOfCode(key: string, code: string): string | undefined {
  if (code.trim() === '') return `A row without ${key}`;
  if (code.length > longestCode) return `${key} is longer than ${longestCode} characters`;
  return /\p{Cc}/u.test(code) ? `${key} must not contain control characters` : undefined;
}

function createRefusals() {
  const byReason = new Map<string, { count: number; examples: string[] }>();
  let otherRefused = 0;
  return {
    note: (reason: string, row: FactoryRow) => {
      const known = byReason.get(reason);
      if (known === undefined && byReason.size >= maxReasons) {
        otherRefused += 1;
        return;
      }
      const entry = known ?? { count: 0, examples: [] };
      entry.count += 1;
      if (entry.examples.length < maxExamples)
        entry.examples.push(JSON.stringify(row).slice(0, longestExample));
      byReason.set(reason, entry);
    },
    list: () => ({
      refused: [...byReason]
        .map(([reason, entry]) => ({ reason, ...entry }))
        .sort((a, b) => b.count - a.count),
      otherRefused,
    }),
  };
}

/** The report as an administrator reads it. */
export function importText({ missing, refused, otherRefused, ...counts }: ImportReport): string {
  const kinds = ['workers', 'workstations', 'events'] as const;
  const lines = kinds.map((kind) => {
    const { read, added, known, refused: not } = counts[kind];
    return `${kind}: ${read} read, ${added} added, ${known} already there, ${not} refused`;
  });
  if (missing.length > 0) lines.push('', ...missing);
  if (refused.length > 0) lines.push('', 'Refused:');
  for (const { reason, count, examples } of refused) {
    lines.push(`${String(count).padStart(9)}  ${reason}`);
    for (const example of examples) lines.push(`           ${example}`);
  }
  if (otherRefused > 0) lines.push(`${String(otherRefused).padStart(9)}  for further reasons`);
  return lines.join('\n');
}
