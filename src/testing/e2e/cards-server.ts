import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import { compression } from '../../kernel/http/compression.ts';
import type { AppEnv } from '../../kernel/http/env.ts';
import { createErrorHandlers } from '../../kernel/http/error-handlers.ts';
import { securityHeaders } from '../../kernel/http/guards/security-headers.ts';
import { startServer } from '../../kernel/http/server/server.ts';
import { htmxFiles, loadStaticFiles } from '../../kernel/http/server/static-files.ts';
import { createLog } from '../../kernel/log.ts';
import { createTopics } from '../../kernel/stream/topics.ts';
import { systemClock } from '../../kernel/time/clock.ts';

/** A server with one live page and nothing else: the stream alone, without a plant behind it. */
export type CardsServer = {
  /** What each card says. */
  values: Record<string, string>;
  /** Changes or adds a card and publishes the change. */
  record(station: string, value: string): void;
  /** Answers requests for the stream with `unavailable`. */
  isStreamRefused: boolean;
  /** The cards cannot be rendered; what else the page shows can. */
  isUnreadable: boolean;
  viewers(): number;
  stop(): Promise<void>;
};

const files = loadStaticFiles({
  dir: fileURLToPath(new URL('../../../static', import.meta.url)),
  extraFiles: htmxFiles,
});
const log = createLog({ level: 'silent', pretty: false });

export async function startCardsServer(
  port: number,
  values: Record<string, string>,
  version = 'v1',
): Promise<CardsServer> {
  const topics = createTopics({ clock: systemClock, log, version, maxViewers: 10 });
  topics.define({
    path: '/cards',
    events: ['recorded'],
    render: () => {
      if (cards.isUnreadable) throw new Error('unreadable');
      const parts = Object.entries(values).map(([station, value]) => card(station, value));
      return { containerId: 'cards', parts, html: parts.map((part) => part.html).join('') };
    },
  });
  topics.define({
    path: '/sum',
    events: ['recorded'],
    render: () => ({ containerId: 'sum', parts: [], html: Object.values(values).join(' + ') }),
  });
  const app = new Hono<AppEnv>();
  app.use(securityHeaders(), compression());
  app.use('/stream', async (_c, next) => {
    if (cards.isStreamRefused) throw new AppError('unavailable', 'No room');
    await next();
  });
  app.get('/', async (c) => {
    const [one, two] = await Promise.all(
      ['/cards', '/sum'].map((path) => topics.first(path, { lang: 'en' })),
    );
    return c.html(pageHtml(one!.html, two!.html, topics.streamUrl([one!.shown, two!.shown])));
  });
  app.route('/', files.routes()).route('/', topics.routes());
  app.onError(createErrorHandlers({ renderProblem: (_c, problem) => problem.message }).onError);
  const server = await startServer({
    fetch: app.fetch,
    host: '127.0.0.1',
    port,
    log,
    endStreams: topics.stop,
  });
  const cards: CardsServer = {
    values,
    isStreamRefused: false,
    isUnreadable: false,
    record: (station, value) => {
      values[station] = value;
      topics.publish('recorded');
    },
    viewers: () => topics.stats().viewers,
    stop: () => server.stop({ graceMs: 100 }),
  };
  return cards;
}

function card(station: string, value: string) {
  const html = `<p id="${station}"><b data-flash>${value}</b> <time data-ago datetime="2020-01-01T00:00:00Z">then</time></p>`;
  return { id: station, html };
}

function pageHtml(cards: string, sum: string, stream: string) {
  return `<!doctype html><html lang="en" data-ago-now="now" data-ago-s="{n} s ago" data-ago-m="{n} min ago"
    data-ago-h="{n} h ago" data-ago-d="{n} d ago"><head><meta charset="utf-8"><title>Cards</title>
    <link rel="icon" href="data:,">
    <meta name="htmx-config" content='{"noSwap":[204,304,"4xx","5xx"],"includeIndicatorCSS":false,"history":false}'>
    <script defer src="${files.asset('js/words.js')}"></script>
    <script defer src="${files.asset('js/stream.js')}"></script>
    <script defer src="${files.asset('vendor/htmx.min.js')}"></script>
    <script defer src="${files.asset('vendor/hx-sse.min.js')}"></script>
    </head><body>
    <p id="connection" data-state="none" data-live="Live" data-polling="Polling" data-lost="Lost"><b data-connection-word></b>
    <time data-connection-age></time></p><p id="stale" hidden>Old: <time data-stale-since></time></p>
    <input id="typing"><div id="cards">${cards}</div><div id="sum">${sum}</div>
    <div id="live" hidden hx-sse:connect="${stream.replaceAll('&', '&amp;')}" hx-trigger="load, every 15s" hx-swap="none"
    hx-config="sse.reconnectMaxDelay:5s sse.connectTimeout:5s"></div></body></html>`;
}
