import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestAppOptions } from '../test-app.ts';
import { type TestBrowser, useBrowser, type WatchedPage } from './browser.ts';
import { placeImage } from './images.ts';
import { addWitness, forgetWitnessed } from './witness.ts';

/** For what the page does by itself after a change; patient, because the machine may be busy with other tests. */
export const soon = { timeout: 30_000, interval: 50 };

/** A plant that runs and an empty page of a real browser for each test; after each, the page must have reported nothing. */
export type Stage = {
  /** `test`, skipped where there is no browser. */
  inBrowser: typeof test;
  /** No browser, so nothing is started. */
  isSkipped: boolean;
  /** A further page, in a profile of its own; the caller checks its faults and closes it. */
  openBrowser: TestBrowser['open'];
  readonly plant: TestApp;
  readonly origin: string;
  readonly watched: WatchedPage;
  readonly page: Page;
  /** Opens a path of the plant. */
  open(path: string): Promise<void>;
  /** Opens a path and answers once its stream is live; what the page did until then is forgotten. */
  openLive(path: string): Promise<void>;
  /** Path and query of the page, readable. */
  address(): string;
  /** Writes an image atomically into the watched folder. */
  place(path: string): Promise<void>;
};

/** `plantPer: 'file'` shares the plant among the tests, for those that change nothing. */
export function useStage(
  options: TestAppOptions & { plantPer: 'file' | 'test'; context?: BrowserContextOptions },
): Stage {
  const browser = useBrowser();
  let plant: TestApp | undefined;
  let origin = '';
  let watched: WatchedPage | undefined;
  const startPlant = async () => {
    if (browser.missing) return;
    plant = await createTestApp(options);
    origin = await plant.listen();
  };
  const stopPlant = () => plant?.close();
  if (options.plantPer === 'file') {
    beforeAll(startPlant);
    afterAll(stopPlant);
  } else {
    beforeEach(startPlant);
    afterEach(stopPlant);
  }
  beforeEach(async () => {
    watched = await browser.open(options.context);
    await addWitness(watched.context);
  });
  afterEach(async () => {
    const faults = watched?.faults;
    await watched?.close();
    expect(faults).toEqual([]);
  });
  const stage: Stage = {
    inBrowser: test.skipIf(browser.missing) as typeof test,
    isSkipped: browser.missing,
    openBrowser: browser.open,
    get plant() {
      return plant!;
    },
    get origin() {
      return origin;
    },
    get watched() {
      return watched!;
    },
    get page() {
      return watched!.page;
    },
    open: async (path) => {
      await stage.page.goto(origin + path);
    },
    openLive: async (path) => {
      await stage.open(path);
      await becomesLive(stage.page);
      await forgetWitnessed(stage.page);
    },
    address: () => decodeURIComponent(stage.page.url().slice(origin.length)),
    place: (path) => placeImage(stage.plant.watchDir, path),
  };
  return stage;
}

/** Waits until the badge of a page says that its stream is live. */
export async function becomesLive(page: Page): Promise<void> {
  await expect.poll(() => page.locator('html').getAttribute('data-live'), soon).toBe('live');
}

/**
 * The browser's Back, to a page of another address. `page.goBack` fails with "Not attached to an active page" when it comes while the browser is
 * still exchanging the page before, because it asks for the history from outside of the page.
 */
export async function goBack(page: Page): Promise<void> {
  const from = page.url();
  await page.evaluate('void setTimeout(() => history.back())');
  await expect.poll(() => page.url(), soon).not.toBe(from);
}
