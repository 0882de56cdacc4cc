/**
 * Many screens in one process, so that what they cost does not count as the product's: opens streams, reads all of
 * them and tells its parent when each of them first carried which COUNT.
 */
import { Agent, get } from 'node:http';
import { stationOfCount } from './live-files.ts';

export type ScreensOrder = { type: 'open'; url: string; screens: number } | { type: 'report' };
export type ScreensReport =
  | { type: 'opened' }
  /** For each COUNT, when (epoch ms) the screens got it, in order of arrival; how many streams ended by themselves. */
  | { type: 'arrivals'; arrivals: [sequence: number, times: number[]][]; ended: number };

/** `#`, digits and `<`. */
const longestCount = 10;
/** Streams opened at the same time. */
const opening = 50;

const arrivals = new Map<number, number[]>();
let ended = 0;
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

function openScreen(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The stream answered ${response.statusCode}`));
      const newest = new Map<number, number>();
      response.setEncoding('latin1');
      let end = '';
      response.on('data', (piece: string) => {
        const at = Date.now();
        // A COUNT may stand astride two pieces.
        const text = end + piece;
        end = text.slice(-longestCount);
        for (const [, digits] of text.matchAll(/#(\d{7,8})</g)) note(newest, Number(digits), at);
      });
      response.once('data', () => resolve());
      response.once('close', () => {
        ended++;
      });
    });
    request.once('error', reject);
  });
}

/** With a COUNT all earlier ones of its station are on the screen, too: its figures count them. */
function note(newest: Map<number, number>, sequence: number, at: number): void {
  const station = stationOfCount(sequence);
  const before = newest.get(station);
  if (before !== undefined && sequence <= before) return;
  newest.set(station, sequence);
  for (let shown = (before ?? sequence - 1) + 1; shown <= sequence; shown++) {
    const times = arrivals.get(shown);
    if (times) times.push(at);
    else arrivals.set(shown, [at]);
  }
}

async function open(url: string, screens: number): Promise<void> {
  for (let opened = 0; opened < screens; opened += opening) {
    const count = Math.min(opening, screens - opened);
    await Promise.all(Array.from({ length: count }, () => openScreen(url)));
  }
}

function tell(report: ScreensReport): void {
  process.send?.(report);
}

process.on('message', (order: ScreensOrder) => {
  if (order.type === 'open') void open(order.url, order.screens).then(() => tell({ type: 'opened' }));
  else tell({ type: 'arrivals', arrivals: [...arrivals], ended });
});
process.on('disconnect', () => process.exit(0));
