import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientFileNames } from '../../client/client-files.ts';
import type { PlantProcess } from './plant-process.ts';

/**
 * A program beside a camera, in the language of each client: notes each event in `meant`, records it, and notes its id in
 * `kept` once `record` has returned. With the word "drain" it sends what is left and ends with 0 if that was everything.
 */
const nodeProgram = `
import { appendFileSync } from 'node:fs';
import { EventClient } from './linesight.js';

const [folder, name, mode] = process.argv.slice(2);
const client = await EventClient.open({ folder: folder + '/buffer', batchDelayMs: 10, maxBatchEvents: 40 });
if (mode === 'drain') {
  const isSent = await client.flush(120_000);
  await client.close();
  console.log(JSON.stringify(client.status()));
  process.exit(isSent ? 0 : 1);
}
let number = 0;
async function work(station) {
  for (;;) {
    const event_id = name + '-' + ++number;
    const event = { worker_id: 'W' + station, workstation_id: 'S' + station, event_type: 'product_count' };
    Object.assign(event, { timestamp: new Date().toISOString(), count: number, event_id });
    appendFileSync(folder + '/meant', JSON.stringify(event) + '\\n');
    await client.record(event);
    appendFileSync(folder + '/kept', event_id + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
await Promise.all([work(1), work(2), work(3)]);
`;

const pythonProgram = `
import datetime, itertools, json, os, sys, threading, time
from linesight import EventClient

folder, name, mode = sys.argv[1:]
client = EventClient(folder=folder + "/buffer", batch_delay=0.01, max_batch_events=40)
if mode == "drain":
    is_sent = client.flush(120)
    client.close()
    print(json.dumps(client.status()))
    sys.exit(0 if is_sent else 1)

def append(file, line):
    descriptor = os.open(folder + "/" + file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (line + "\\n").encode())
    os.close(descriptor)

numbers = itertools.count(1)
def work(station):
    for number in numbers:
        event_id = "{}-{}".format(name, number)
        event = {"worker_id": "W" + station, "workstation_id": "S" + station, "event_type": "product_count"}
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        event.update(timestamp=now, count=number, event_id=event_id)
        append("meant", json.dumps(event))
        client.record(event)
        append("kept", event_id)
        time.sleep(0.005)

threads = [threading.Thread(target=work, args=(station,)) for station in "123"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
`;

export type EdgeLanguage = 'node' | 'python';

/** A folder of a machine beside a camera, with the clients as the hub serves them, and the programs that ran there. */
export type EdgeMachine = {
  /** `program` is the interpreter. */
  start(language: EdgeLanguage, program: string, mode: 'record' | 'drain', hub: string): EdgeProcess;
  /** What the programs say themselves, past client and hub. */
  meant(): { event_id: string; timestamp: string; count: number }[];
  kept(): string[];
  folder: string;
};

export type EdgeProcess = { ended: Promise<number | null>; output(): string; kill(): Promise<void> };

/** The clients are those that `hub` serves. */
export async function createEdgeMachine(folder: string, hub: PlantProcess): Promise<EdgeMachine> {
  mkdirSync(folder, { recursive: true });
  for (const name of clientFileNames) {
    const answer = await hub.fetch(`/client/${name}`);
    if (!answer.ok) throw new Error(`/client/${name} answers ${answer.status}`);
    writeFileSync(join(folder, name), await answer.text());
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'machine.js'), nodeProgram);
  writeFileSync(join(folder, 'machine.py'), pythonProgram);
  for (const name of ['meant', 'kept']) appendFileSync(join(folder, name), '');
  const linesOf = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1) : [];
  let runs = 0;
  return {
    folder,
    meant: () => linesOf('meant').map((line) => JSON.parse(line)),
    kept: () => linesOf('kept'),
    start: (language, program, mode, url) => {
      runs += 1;
      const script = join(folder, language === 'node' ? 'machine.js' : 'machine.py');
      const child = spawn(program, [script, folder, `run${runs}`, mode], {
        env: { PATH: process.env.PATH, LINESIGHT_URL: url, PYTHONDONTWRITEBYTECODE: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return follow(child);
    },
  };
}

function follow(child: ChildProcess): EdgeProcess {
  let text = '';
  const keep = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    ended,
    output: () => text,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
