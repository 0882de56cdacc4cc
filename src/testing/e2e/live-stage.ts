import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { drawJpeg } from '../image-plant.ts';
import { soon } from './stage.ts';

/** Names of live images taken at an instant, with date and time in front as the site's clock (UTC+9) has them. */
function liveName(at: number, { coil = '2891', role = 'original' } = {}): string {
  const local = new Date(at + 9 * 3_600_000).toISOString().replaceAll(/\D/g, '');
  return `${local.slice(0, 14)}_${coil}_${at}_${role}.jpg`;
}

/** Writes a live image as careful programs do: under another name, then renamed. Answers its name. */
export async function placeLive(
  baseDir: string,
  at: number,
  options: {
    coil?: string;
    role?: 'original' | 'labeled';
    folder?: string;
    color?: string;
    size?: number;
  } = {},
): Promise<string> {
  const { role = 'original', folder = role, color = '#7d4a1e', size = 640 } = options;
  const name = liveName(at, options);
  const file = join(baseDir, folder, name);
  const unfinished = join(dirname(file), `.${basename(file)}.part`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(unfinished, await drawJpeg(size, (size * 3) / 4, color));
  renameSync(unfinished, file);
  return name;
}

/** What the badge of a Live page says: live, polling or lost. */
function feedState(page: Page): Promise<string | null> {
  return page.locator('html').getAttribute('data-feed');
}

/** Waits until the badge says so. */
export async function becomes(page: Page, state: string, timeout = soon.timeout): Promise<void> {
  await expect.poll(() => feedState(page), { ...soon, timeout }).toBe(state);
}

/** When the picture that a tile or pane really shows was taken, epoch ms; 0 for none. */
export async function shownAt(page: Page, channel: string): Promise<number> {
  return Number(await page.locator(`[data-channel="${channel}"]`).getAttribute('data-captured'));
}

/** Waits until a channel shows the picture of this instant. */
export async function shows(page: Page, channel: string, at: number): Promise<void> {
  await expect.poll(() => shownAt(page, channel), soon).toBe(at);
}
