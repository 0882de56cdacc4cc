/** One component in `/health`; `ok: false` of a required one makes the status degraded. */
export type HealthPart = { ok: boolean; required: boolean; detail?: unknown };
