import { createHash } from 'node:crypto';
import type { ActivityEvent } from '../model.ts';

/**
 * What makes an event the same one when it is sent again: the sender's own id at the site, or else every field but the
 * confidence (DECISIONS). 128 bits of SHA-256, base64url.
 */
export function eventKey(siteId: number, event: ActivityEvent): string {
  const { eventId, stationId, workerId, kind, at, count, modelId, modelVersion } = event;
  const text =
    eventId === null
      ? JSON.stringify([siteId, stationId, workerId, kind, at, count, modelId, modelVersion])
      : JSON.stringify([siteId, eventId]);
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

/** Whether two events of one sender's id say the same; how sure the sender was does not count. */
export function isSameContent(a: ActivityEvent, b: ActivityEvent): boolean {
  return (
    a.stationId === b.stationId &&
    a.workerId === b.workerId &&
    a.kind === b.kind &&
    a.at === b.at &&
    a.count === b.count &&
    a.modelId === b.modelId &&
    a.modelVersion === b.modelVersion
  );
}
