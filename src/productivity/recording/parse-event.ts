import { minuteMs } from '../../kernel/time/durations.ts';
import type { ActivityEvent, EventKind } from '../model.ts';
import { eventKinds } from '../model.ts';

/** How far ahead of this server's clock an event may be. */
export const maxAheadMs = 5 * minuteMs;
const maxIdLength = 100;
const maxEventIdLength = 255;
/** Units of one event. */
const maxCount = 1_000_000;
const requiredFields = ['timestamp', 'worker_id', 'workstation_id', 'event_type'] as const;

/** An event as it was sent (contract S2), checked by itself: whether worker and workstation are known is not looked up. */
export type SentEvent = Omit<ActivityEvent, 'stationId' | 'workerId'> & {
  worker: string;
  workstation: string;
};

/** `isTimeFault`: everything is right but the time, so that the event is kept to be looked at. */
export type ParsedEvent =
  | { event: SentEvent; error?: undefined }
  | { event?: undefined; error: string; isTimeFault: boolean };

/** Reads one event. A time without an offset is a local time of the site, which `parseTime` knows. */
export function parseEvent(
  sent: unknown,
  { now, parseTime }: { now: number; parseTime: (text: string) => number | undefined },
): ParsedEvent {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    return refused('An event must be a JSON object');
  const fields = sent as Record<string, unknown>;
  const missing = requiredFields.filter((name) => isMissing(fields[name]));
  if (missing.length > 0) return refused(`Missing required fields: ${missing.join(', ')}`);
  const { timestamp, event_type: kind } = fields;
  for (const [name, longest] of textFields) {
    const error = textError(name, fields[name], longest);
    if (error) return refused(error);
  }
  if (!isKind(kind)) return refused(`Unknown event_type ${quoted(kind)}: use ${eventKinds.join(', ')}`);
  const confidence = fields.confidence ?? 0;
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1))
    return refused(`confidence must be a number from 0 to 1, not ${quoted(confidence)}`);
  const count = fields.count ?? 0;
  if (!Number.isInteger(count) || (count as number) < 0 || (count as number) > maxCount)
    return refused(`count must be a whole number from 0 to ${maxCount}, not ${quoted(count)}`);
  const at = typeof timestamp === 'string' ? parseTime(timestamp) : undefined;
  if (at === undefined)
    return refused(
      `timestamp must be an ISO 8601 time such as 2026-01-15T10:15:00Z, not ${quoted(timestamp)}`,
    );
  if (at > now + maxAheadMs)
    return refused(
      `timestamp ${quoted(timestamp)} is more than ${maxAheadMs / minuteMs} minutes ahead of this server's clock`,
      true,
    );
  return {
    event: {
      at,
      kind,
      worker: fields.worker_id as string,
      workstation: fields.workstation_id as string,
      confidence,
      count: kind === 'product_count' ? (count as number) : 0,
      eventId: textOrNull(fields.event_id),
      modelId: textOrNull(fields.model_id),
      modelVersion: textOrNull(fields.model_version),
    },
  };
}

const textFields = [
  ['worker_id', maxIdLength],
  ['workstation_id', maxIdLength],
  ['event_id', maxEventIdLength],
  ['model_id', maxIdLength],
  ['model_version', maxIdLength],
] as const;

function textError(name: string, value: unknown, longest: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return `${name} must be text, not ${quoted(value)}`;
  if (value.length > longest) return `${name} is longer than ${longest} characters`;
  // A NUL cannot be stored on PostgreSQL, and half a surrogate pair nowhere.
  if (/\p{Cc}/u.test(value) || !value.isWellFormed()) return `${name} must not contain control characters`;
  return undefined;
}

function isKind(value: unknown): value is EventKind {
  return eventKinds.some((kind) => kind === value);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function refused(error: string, isTimeFault = false): ParsedEvent {
  return { error, isTimeFault };
}

/** A value as a message quotes it, cut short. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
