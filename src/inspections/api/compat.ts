import { join } from 'node:path';
import { Hono } from 'hono';
import type { AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { parseStatsWindow, type TimeWindow } from '../../plant/time-window.ts';
import {
  noCounts,
  sumCounts,
  totalCount,
  unitCounts,
  type VerdictCounts,
  yieldRate,
} from '../../plant/yield.ts';
import type { InspectionDeps } from '../deps.ts';
import type { InspectionRef, StationSummary } from '../model.ts';
import { apiDocs } from './api-docs.ts';

/**
 * The interface of ImgStats (contract S1) on the same reads as the pages: `/api/meta`, `/api/scan`, `/api/stats`.
 * Its clients know no sites and its responses name only stations: those of the own site, whichever others share the
 * database. Its images, `/img` and `/thumb`, are with the image routes. Times are ISO 8601 with the site's offset.
 */
export function inspectionCompatRoutes(deps: InspectionDeps): Hono<AppEnv> {
  const { names, sites, clock, wallClock } = deps.reads;
  return new Hono<AppEnv>()
    .get('/api/meta', may('look'), apiDocs.meta, (c) => {
      // Sorted by code point, as the old system did.
      return c.json({
        stations: names
          .listStations(sites.own.id)
          .map(({ name }) => name)
          .sort(),
      });
    })
    .post('/api/scan', may('operate', 'inspections.rescan', 'scan'), apiDocs.scan, async (c) => {
      const { note, ...counts } = await deps.sources.rescan();
      return c.json(note === null ? counts : { ...counts, note });
    })
    .post('/api/stats', may('look'), apiDocs.stats, async (c) => {
      const search = new URL(c.req.url).searchParams;
      const window = parseStatsWindow(
        search,
        clock.now(),
        wallClock,
        deps.reads.shifts.calendarOf(sites.own.id),
      );
      const station = search.get('station') ?? '';
      const summaries = await readStats(deps, station, window);
      const total = sumCounts(summaries.map(({ counts }) => counts));
      return c.json({
        stations: Object.fromEntries(summaries.map((summary) => [summary.station, statsOf(deps, summary)])),
        total_count: total.ok + total.ng + total.unmatched,
        start: wallClock.format(window.startAt, 'iso'),
        end: wallClock.format(window.endAt, 'iso'),
      });
    });
}

type StationStats = Pick<StationSummary, 'station' | 'counts' | 'last' | 'lastNgs'>;

/** Stations with an image in the window; a station requested by name is included without one, too. */
async function readStats(
  { reads, settings }: InspectionDeps,
  station: string,
  window: TimeWindow,
): Promise<StationStats[]> {
  const stationId = station === '' ? undefined : reads.names.findStationId(station);
  if (station !== '' && stationId === undefined) return [];
  const summaries = await reads.summaries({
    window,
    buckets: [window],
    ngLimit: settings.ngPreviewCount,
    filter: stationId === undefined ? reads.sites.ownFilter() : { stationId },
  });
  if (station === '' || summaries.length > 0) return summaries;
  return [{ station, counts: noCounts, last: null, lastNgs: [] }];
}

/** Only where a pattern tells views or units: the fields of the replaced system count files in every case. */
function unitsOf(counts: VerdictCounts): { units?: number; units_ng?: number; unit_rate?: number | null } {
  if (counts.furtherOk + counts.furtherNg === 0) return {};
  const units = unitCounts(counts);
  return { units: units.ok + units.ng, units_ng: units.ng, unit_rate: yieldRate(units) };
}

function statsOf(deps: InspectionDeps, { counts, last, lastNgs }: StationStats) {
  const iso = (at: number) => deps.reads.wallClock.format(at, 'iso');
  const shot = (image: InspectionRef) => ({
    path: join(deps.sources.rootPath(image.rootId) ?? '', image.path),
    ts: iso(image.capturedAt),
  });
  const [lastNg] = lastNgs;
  return {
    totals: {
      total: totalCount(counts),
      ok: counts.ok,
      ng: counts.ng,
      rate: yieldRate(counts),
      latest_ts: last && iso(last.capturedAt),
      ...unitsOf(counts),
    },
    last: last && shot(last),
    last_ng: lastNg ? shot(lastNg) : null,
    last_ngs: lastNgs.map(shot),
  };
}
