import { z } from 'zod';
import { periods } from '../../plant/links.ts';
import { stationStateCodes } from '../../plant/station-state.ts';
import { unknownPeriod } from '../../plant/time-window.ts';
import { maxPageItems } from '../queries/inspection-queries.ts';
import { maxNamesakes } from '../queries/name-queries.ts';

/*
 * Queries and responses of /api/v1 and of the ImgStats paths. Queries are validated against these schemas,
 * /openapi.json is generated from them, and tests validate the responses against them.
 */

const defaultPageItems = 100;
const stateCode = z.enum(stationStateCodes);
const instant = (text: string) => z.number().describe(`${text}, epoch milliseconds UTC`);
const count = z.number().int().min(0);
const counts = {
  ok: count,
  ng: count,
  unmatched: count.describe('Files whose name does not match the pattern: in no yield'),
  undecided: count.describe(
    'Images whose word means neither OK nor NG and that nobody has judged: in no yield',
  ),
  furtherOk: count.describe(
    'How many of `ok` are further views of a unit; 0 unless the pattern tells views or units',
  ),
  furtherNg: count.describe('How many of `ng` are further views of a unit'),
};
const yieldRate = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe('Share of good units, ok / (ok + ng) without further views; null when nothing was judged');

const anyPeriod = z.enum(periods, { error: ({ input }) => unknownPeriod(String(input)) });
const period = anyPeriod
  .optional()
  .describe(
    'Up to the end of the running minute: the last hour, day or week, the running `shift` (or the last one that ran), `hour`, `today`; or `last-shift`, `yesterday`; or `custom` with `start` and `end`',
  );
const time = (text: string) =>
  z
    .string()
    .optional()
    .describe(
      `${text}: \`2025-09-06\`, \`2025-09-06T10:21[:31]\` in the site’s time, or ISO 8601 with an offset`,
    );

const site = z
  .string()
  .optional()
  .describe(
    'Short name of a site, where several share the database. Without it a station is one of the site that answers, and everything else means all sites',
  );

export const siteQuery = z.object({ site });

/** The filters that every read takes. */
export const filterQuery = z.object({
  site,
  station: z.string().optional().describe('Exact name of a station'),
  part: z.string().optional().describe('Exact name of a product model'),
  period,
  start: time('First moment, inside'),
  end: time('Last moment, outside'),
});

const fileNameStart = z
  .string()
  .max(255)
  .refine((text) => !/[/\0]/.test(text), 'a file name has no / and no NUL in it')
  .optional()
  .describe(
    `A file name or its beginning, as it is written; refused where more than ${maxNamesakes} names begin so`,
  );

export const listQuery = filterQuery
  .extend({
    verdict: z.enum(['OK', 'NG', 'unmatched', 'undecided']).optional(),
    count: z.coerce.number().int().min(0).optional().describe('COUNT of the file name'),
    name: fileNameStart,
    limit: z.coerce.number().int().min(1).max(maxPageItems).default(defaultPageItems),
    before: z.string().optional().describe('`next.before` of the page before: older images'),
    after: z.string().optional().describe('Newer images, oldest first; `0.0` begins with the first ever'),
  })
  .refine(({ before, after }) => before === undefined || after === undefined, {
    path: ['after'],
    message: 'give either before or after',
  });

export const gapsQuery = filterQuery.extend({
  limit: z.coerce.number().int().min(1).max(maxPageItems).default(defaultPageItems),
  before: z.string().optional().describe('`next.before` of the page before: older gaps'),
});

export const gapsAnswer = z.object({
  gaps: z.array(
    z.object({
      site: z.string().describe('Short name of its site (SITE)'),
      station: z.string(),
      part: z.string().describe('Product model'),
      kind: z.enum(['missing', 'repeated', 'reset', 'misread']),
      fromSequence: z.number().int().describe('First COUNT value; of a reset the last before it'),
      toSequence: z.number().int().describe('Last COUNT value; of a reset the first after it'),
      count: count.describe('How many values are missing, repeated or misread; 0 for a reset'),
      fromAt: instant('The image before it was taken'),
      toAt: instant('The image after it was taken'),
    }),
  ),
  checkedCount: count.describe(
    'COUNT values that were checked in the hours of the window; 0 says that nothing was',
  ),
  next: z
    .object({ before: z.string() })
    .nullable()
    .describe('Pass it on as it is for the next page; null at the end'),
});

export const inspectionAnswer = z.object({
  id: z.number().int(),
  revision: z.number().int().describe('Rises when the content or the name of the file changed'),
  site: z.string().describe('Short name of its site (SITE)'),
  station: z.string(),
  part: z.string().describe('Product model'),
  path: z.string().describe('Below the watched folder'),
  name: z.string(),
  capturedAt: instant('Taken'),
  namedAt: instant('The time in the name, where it lies too far ahead to be believed').nullable(),
  verdict: z.enum(['OK', 'NG']).nullable().describe('null for a name that tells none'),
  word: z.string().nullable().describe('The word of the verdict, where it means neither OK nor NG'),
  sequence: z.number().int().nullable().describe('COUNT of the name'),
  view: z.string().nullable().describe('Which view of its unit it shows, where the pattern tells'),
  unit: z.string().nullable().describe('Serial number of the unit, where the pattern tells'),
  sizeBytes: z.number().int().nullable().describe('null until an old image has been looked at'),
  foundAt: instant('Found by this server'),
  missingAt: instant('The file is gone since; it stays counted').nullable(),
  clearedAt: instant('The file was deleted by retention; it stays counted').nullable(),
  rejudgedAt: instant('OK became NG or the reverse').nullable(),
  previousVerdict: z.enum(['OK', 'NG']).nullable(),
  images: z
    .object({ strip: z.string(), card: z.string(), original: z.string() })
    .describe('Addresses that may be cached for ever'),
});

export const listAnswer = z.object({
  inspections: z.array(inspectionAnswer),
  next: z
    .object({ before: z.string().optional(), after: z.string().optional() })
    .nullable()
    .describe('Pass it on as it is for the next page; null at the end'),
});

export const stationsAnswer = z.object({
  stations: z.array(
    z.object({
      site: z.string().describe('Short name of its site (SITE)'),
      name: z.string(),
      lastSeenAt: instant('Newest image').nullable(),
      state: stateCode
        .nullable()
        .describe(
          'Its state, as every page prints it; null until its folders were swept once since the start',
        ),
      stateSince: instant('Since when, where that is known').nullable(),
      alsoWrong: z.array(stateCode).describe('What else is wrong at the same time'),
      usualIntervalMs: z.number().nullable().describe('Usual time between two images'),
      silentAfterMs: z
        .number()
        .nullable()
        .describe('A pause in its running hours longer than this is silence'),
      ngBurstSince: instant('Start of an NG burst that is on now').nullable(),
      belowUsual: z.number().nullable().describe('Its usual yield (0 to 1) while the yield is below normal'),
      hasHistory: z.boolean().describe('Enough was inspected to know its usual yield'),
      usual: z
        .array(
          z.object({
            part: z.string(),
            yield: z.number(),
            inspections: z.number(),
            ng: z.number(),
            fromAt: instant('Start of the hours it was counted in'),
            toAt: instant('Their end'),
            isEnough: z.boolean().describe('With fewer it is not judged by'),
          }),
        )
        .describe('What is usual of each of its models'),
    }),
  ),
});

export const sitesAnswer = z.object({
  sites: z.array(
    z.object({
      name: z.string().describe('Short name, as `site` takes it'),
      title: z.string().describe('SITE_NAME; empty when none is set'),
      timeZone: z.string().describe('IANA name; its days and hours are cut by it'),
      isOwn: z.boolean().describe('The site of the process that answers'),
    }),
  ),
});

export const partsAnswer = z.object({ parts: z.array(z.object({ name: z.string() })) });

export const yieldAnswer = z.object({
  startAt: instant('Start of the window, inside'),
  endAt: instant('End of the window, outside'),
  bucketMs: z.number(),
  ...counts,
  yieldRate,
  interval: z.object({ low: z.number(), high: z.number() }).nullable().describe('Wilson 95 % interval'),
  buckets: z.array(z.object({ startAt: instant('Start'), ...counts, yieldRate })),
});

const sweep = z.object({
  kind: z.enum(['sweep', 'reconcile']),
  startedAt: instant('Start'),
  durationMs: z.number(),
  filesSeen: count,
  filesAdded: count,
});

export const sourcesAnswer = z.object({
  sources: z.array(
    z.object({
      id: z.number().int(),
      path: z.string(),
      state: z.enum(['starting', 'online', 'empty', 'offline']),
      reason: z.string().nullable().describe('Why it is offline, in plain English'),
      reasonCode: z.string().nullable().describe('The same as a code'),
      offlineSince: instant('Offline since').nullable(),
      mode: z.enum(['events', 'poll']),
      modeOrigin: z.enum(['auto', 'setting']),
      fileSystem: z.string(),
      directories: count,
      knownFiles: count,
      incomplete: count.describe('Still being written'),
      unreadable: z
        .object({ count, paths: z.array(z.string()) })
        .describe('Folders, and images whose names are no UTF-8, that cannot be read; the first by path'),
      leftOut: z
        .array(z.object({ reason: z.enum(['excluded', 'link', 'old']), count, names: z.array(z.string()) }))
        .describe(
          'What is left out by its name, as a link, or as older than the retention; the first by path',
        ),
      lastSweep: sweep.nullable(),
      sweepRunningSince: instant('Running since').nullable(),
      backfill: z.object({ done: count, total: count, startedAt: instant('Start') }).nullable(),
      lag: z
        .object({ p50Ms: z.number(), p99Ms: z.number(), samples: count })
        .nullable()
        .describe('From a complete file to its row'),
      watchedBy: z
        .string()
        .nullable()
        .describe('The other process that watches it; null when it is the one that answers, or none'),
    }),
  ),
});

export const rescanAnswer = z.object({
  scanned: count.describe('Files seen'),
  added: count.describe('New among them'),
  note: z.string().nullable().describe('What could not be swept'),
});

/** A form of a page: the URL to return to. */
export const backForm = z.object({ back: z.string().optional().describe('Path of the page to go back to') });

export const judgeForm = backForm.extend({ verdict: z.enum(['OK', 'NG']) });

/** ImgStats: `/api/scan` omits the note if there is none. */
export const scanAnswer = z.object({ scanned: count, added: count, note: z.string().optional() });

export const metaAnswer = z.object({ stations: z.array(z.string()) });

export const statsQuery = z.object({
  station: z.string().optional(),
  period: anyPeriod.optional().describe('Wins over `start` and `end`'),
  start: time('First moment, inside'),
  end: time('Last moment, outside'),
});

/** `/img` and `/thumb`: without a path they respond as contract S1 says. */
export const fileQuery = z.object({
  path: z.string().optional().describe('Absolute path of an image in a watched folder'),
});

const shot = z.object({ path: z.string(), ts: z.string() });

export const statsAnswer = z.object({
  stations: z.record(
    z.string(),
    z.object({
      totals: z.object({
        total: count,
        ok: count,
        ng: count,
        rate: z.number().nullable(),
        latest_ts: z.string().nullable(),
        units: count.optional().describe('Judged units, where a pattern tells views or units'),
        units_ng: count.optional(),
        unit_rate: z.number().nullable().optional(),
      }),
      last: shot.nullable(),
      last_ng: shot.nullable(),
      last_ngs: z.array(shot),
    }),
  ),
  total_count: count,
  start: z.string(),
  end: z.string(),
});
