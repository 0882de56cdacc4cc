import { readFile } from 'node:fs/promises';
import type { ErrorWithSubackPacket, IClientOptions, MqttClient } from 'mqtt';
import type { Log } from '../../kernel/log.ts';
import { hidePassword } from '../../kernel/settings/hide-password.ts';
import { dayMs, secondMs } from '../../kernel/time/durations.ts';
import type { IntakeStatus } from './intake-state.ts';
import { type Message, type RecordPatiently, readMessage } from './record-patiently.ts';
import { retryDelay, waitUnlessAborted } from './retry-delay.ts';

export type MqttSettings = {
  url: string;
  user: string;
  password: string;
  /** '' for the authorities that the system knows. */
  caFile: string;
  topics: readonly string[];
  clientId: string;
  /** A larger message is refused. */
  maxBytes: number;
};

const connectTimeoutMs = 10 * secondMs;
const keepaliveSec = 30;
/** How long the broker keeps messages for a program that is away; it may have a limit of its own. */
const sessionExpirySec = (30 * dayMs) / secondMs;
/** Topic and header of a message. */
const overheadBytes = 70 * 1024;
/** A connection that lasts so long has worked; one that ends before is tried again ever later. */
const steadyMs = 30 * secondMs;
/** The least reason code of MQTT that is a refusal. */
const refusedFrom = 128;

/** How a connection ended. `lastedMs` undefined: it was never there. `error` undefined: the other side closed it. */
type Ended = { lastedMs: number | undefined; error: Error | undefined };

/**
 * Reads events from a broker, one message at a time, until stopped: each is acknowledged once its events are on the disk, so
 * that the broker sends it again after any failure. The session outlives connections (QoS 1, clean session off).
 *
 * A connection is a client of its own and is not reconnected by the library: a late acknowledgement can then never reach a
 * session in which its number means another message.
 */
export function startMqttIntake(options: {
  settings: MqttSettings;
  record: RecordPatiently;
  status: IntakeStatus;
  log: Log;
}): { stop(): Promise<void> } {
  const { settings, record, status, log } = options;
  const ending = new AbortController();
  /** MQTT 5 lets us name the largest message; brokers before 2019 know only MQTT 3.1.1. */
  let version: 4 | 5 = 5;

  async function run(): Promise<void> {
    status.set('away');
    for (let failures = 0; !ending.signal.aborted; ) {
      const ended = await connectOnce().catch((error: Error): Ended => ({ lastedMs: undefined, error }));
      if (ending.signal.aborted) return;
      failures = (ended.lastedMs ?? 0) >= steadyMs ? 1 : failures + 1;
      const fault = faultOf(ended, settings.clientId);
      status.set('away', fault);
      if (failures === 1)
        log.warn({ broker: hidePassword(settings.url), fault }, 'The MQTT broker is away; trying again');
      if (ended.lastedMs === undefined && isRefusal(ended.error)) version = version === 5 ? 4 : 5;
      await waitUnlessAborted(retryDelay(failures), ending.signal);
    }
  }

  /** Resolves when the connection has ended. */
  async function connectOnce(): Promise<Ended> {
    const { connect } = await import('mqtt');
    const client = connect(settings.url, await clientOptions(settings, version));
    const ended = new AbortController();
    const signal = AbortSignal.any([ending.signal, ended.signal]);
    let taking = Promise.resolve();
    let connectedAt: number | undefined;
    let fault: Error | undefined;
    client.handleMessage = ({ payload }, done) => {
      taking = record([readPayload(payload, settings.maxBytes)], signal).then(
        () => {
          if (!signal.aborted) done();
        },
        () => {},
      );
    };
    client.on('error', (error) => {
      fault ??= error;
      client.end(true);
    });
    client.on('connect', () => {
      connectedAt = performance.now();
      void subscribe(client, settings.topics).then(
        (refused) => {
          status.set('connected', refused);
          log[refused === null ? 'info' : 'warn'](
            { broker: hidePassword(settings.url), topics: settings.topics, refused },
            'Events are read from the MQTT broker',
          );
        },
        (error) => {
          fault ??= error;
          client.end(true);
        },
      );
    });
    const closed = new Promise<void>((resolve) => client.once('close', resolve));
    client.connect();
    await Promise.race([closed, aborted(ending.signal)]);
    ended.abort();
    await taking;
    client.end(true);
    return { lastedMs: connectedAt && performance.now() - connectedAt, error: fault };
  }

  const running = run();
  return {
    stop: async () => {
      ending.abort();
      await running;
      status.set('standby');
    },
  };
}

async function clientOptions(settings: MqttSettings, protocolVersion: 4 | 5): Promise<IClientOptions> {
  const { user, password, caFile, clientId, maxBytes } = settings;
  return {
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    clean: false,
    clientId,
    protocolVersion,
    keepalive: keepaliveSec,
    connectTimeout: connectTimeoutMs,
    ...(user !== '' && { username: user, password }),
    ...(caFile !== '' && { ca: await readFile(caFile) }),
    ...(protocolVersion === 5 && {
      properties: {
        sessionExpiryInterval: sessionExpirySec,
        maximumPacketSize: maxBytes + overheadBytes,
      },
    }),
  };
}

/** Answers which topics the broker refused, null for none; what it granted is read all the same. */
async function subscribe(client: MqttClient, topics: readonly string[]): Promise<string | null> {
  try {
    await client.subscribeAsync([...topics], { qos: 1 });
    return null;
  } catch (error) {
    const codes = (error as Partial<ErrorWithSubackPacket>).packet?.granted;
    if (!codes) throw error;
    const refused = topics.filter((_, i) => Number(codes[i]) >= refusedFrom);
    return `The broker refuses the topics ${refused.join(', ')}`;
  }
}

function faultOf({ lastedMs, error }: Ended, clientId: string): string {
  if (error !== undefined) return error.message || String(error);
  if (lastedMs === undefined) return 'The broker does not answer';
  if (lastedMs >= steadyMs) return 'The broker closed the connection';
  return `The broker closed the connection soon after it began. If another program connects as ${clientId} too, give one of them another MQTT_CLIENT_ID`;
}

/** Whether somebody answered at the address, and did not speak with us. */
function isRefusal(error: Error | undefined): boolean {
  return error === undefined || !('syscall' in error);
}

function readPayload(payload: Buffer | string, maxBytes: number): Message {
  const bytes = Buffer.from(payload);
  if (bytes.length > maxBytes)
    return {
      fault: `The message has ${bytes.length} bytes; at most ${maxBytes} are read (EVENTS_MAX_MB)`,
      body: bytes.subarray(0, 1_000).toString(),
    };
  return readMessage(bytes.toString());
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
