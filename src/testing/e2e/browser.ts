import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { requireOrSkip } from '../services.ts';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page in a profile of its own. `faults` is everything a browser would report about it. */
export type WatchedPage = {
  context: BrowserContext;
  page: Page;
  /** Console errors, uncaught errors, reports of the content security policy, and requests to another origin. */
  faults: string[];
  close(): Promise<void>;
};

export type TestBrowser = {
  /** No browser on this machine: for `test.skipIf`. */
  missing: boolean;
  /** Opens an empty page; the first origin it asks is its own, all others are reported. */
  open(options?: BrowserContextOptions): Promise<WatchedPage>;
};

/** One real Chromium with an empty profile for all tests of a file. */
export function useBrowser(): TestBrowser {
  const { path, missing } = requireOrSkip('chromium-headless-shell');
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!missing)
      browser = await chromium.launch({
        executablePath: path,
        args: quiet,
        ignoreDefaultArgs: ['--disable-back-forward-cache'],
      });
  });
  afterAll(() => browser?.close());
  return {
    missing,
    open: async (options) => {
      if (!browser) throw new Error('The browser is started before the tests of the file');
      const context = await browser.newContext(options);
      const faults: string[] = [];
      await watchContext(context, faults);
      return { context, page: await context.newPage(), faults, close: () => context.close() };
    },
  };
}

async function watchContext(context: BrowserContext, faults: string[]): Promise<void> {
  let home: string | undefined;
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol === 'data:' || protocol === 'blob:') return;
    home ??= origin;
    if (origin !== home) faults.push(`request to ${request.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => faults.push(String(error.error())));
  await context.exposeBinding('reportViolation', (_source, violation: string) => faults.push(violation));
  await context.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    reportViolation(\`\${event.violatedDirective} refused \${event.blockedURI} on \${location.href}\`))`);
}
