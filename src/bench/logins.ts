import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../statistics/percentile.ts';
import type { Group } from './bench.ts';
import { askRepeatedly, createHttpClient, type HttpClient } from './http-client.ts';
import { drawImage } from './images.ts';
import { createLivePlant } from './live-files.ts';
import { startProduct } from './product.ts';
import { compare, type Row } from './row.ts';

const stations = 10;
const pages = 100;
const rounds = 4;
const hammers = 8;
const pauseMs = 25;
/** A page a person waits for comes this much later at most while an attacker guesses passwords. */
const budget = { atMost: 2 };

/** Whether those who guess passwords slow down those who look at pages. */
export const logins: Group = {
  name: 'logins',
  about: 'pages while passwords are guessed, from one address and from ever new ones',
  run: async ({ workspace, say }) => {
    const places = { watchDir: workspace.folder('plant'), stateDir: workspace.folder('state') };
    const passwordFile = join(places.stateDir, 'admin');
    writeFileSync(passwordFile, 'the password nobody guesses');
    const product = await startProduct(workspace, places, { ADMIN_PASSWORD_FILE: passwordFile });
    try {
      await createLivePlant(places.watchDir, stations, await drawImage()).writeFor(3, 20);
      await measure(product.client);
      const times = { atRest: [] as number[], one: [] as number[], many: [] as number[] };
      // By turns, so that whatever else this machine does falls on all of them alike.
      for (let round = 1; round <= rounds; round++) {
        say(`Pages at rest and while passwords are guessed, ${round} of ${rounds} …`);
        times.atRest.push(...(await measure(product.client)));
        times.one.push(...(await whileGuessing(product.origin, () => '10.9.9.9', product.client)));
        times.many.push(...(await whileGuessing(product.origin, newAddress, product.client)));
      }
      return [
        row('a page while one address guesses passwords, p99', times.one, times.atRest),
        row('the same, each guess from another address', times.many, times.atRest),
      ];
    } finally {
      await product.stop();
    }
  },
};

function row(name: string, times: readonly number[], atRest: readonly number[]): Row {
  const p99 = (values: readonly number[]) => ({ value: percentile(values, 0.99), unit: 'ms' }) as const;
  return compare(name, p99(times), { ...p99(atRest), what: 'at rest' }, budget);
}

function measure(client: HttpClient): Promise<number[]> {
  return askRepeatedly(client, '/inspections', (asked) => asked >= pages, { pauseMs: 2 });
}

/** Guesses on several connections while the pages are measured: some hundred a second. */
async function whileGuessing(origin: string, address: () => string, client: HttpClient): Promise<number[]> {
  const guesser = createHttpClient(origin);
  let isOver = false;
  const guess = async () => {
    while (!isOver) {
      const from = address();
      const headers = {
        'sec-fetch-site': 'same-origin',
        'x-forwarded-for': from,
        'content-type': 'application/x-www-form-urlencoded',
      };
      // Another name each, or the lock of the name would end the work.
      const body = `name=admin-${from}&password=${'guess'.repeat(3)}`;
      const { status } = await guesser.ask('/login', { method: 'POST', headers, body });
      if (status !== 401 && status !== 429) throw new Error(`A login answered ${status}`);
      await sleep(pauseMs);
    }
  };
  const guessing = Array.from({ length: hammers }, guess);
  const times = await measure(client);
  isOver = true;
  await Promise.all(guessing);
  guesser.close();
  return times;
}

let lastAddress = 0;

function newAddress(): string {
  lastAddress += 1;
  return `10.${(lastAddress >> 16) & 255}.${(lastAddress >> 8) & 255}.${lastAddress & 255}`;
}
