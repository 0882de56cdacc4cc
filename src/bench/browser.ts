import { type Browser, chromium } from 'playwright-core';
import { requireOrSkip } from '../testing/services.ts';

/** A real Chromium without a window; undefined where there is none. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const { path, missing } = requireOrSkip('chromium');
  if (missing) return undefined;
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-sync', '--no-first-run'];
  return chromium.launch({
    executablePath: path,
    args: [...quiet, '--disable-background-networking', '--disable-component-update'],
  });
}
