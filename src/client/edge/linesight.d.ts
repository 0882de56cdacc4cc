/**
 * Linesight client: sends activity events of workers and workstations to a hub, without losing or doubling one. It is one
 * file without dependencies, for Node 20 and newer and for browsers.
 *
 * An event is on the disk before `record` returns, under an id of its own. A sender takes the oldest events in batches,
 * tries each batch until the hub has answered for it, and only then moves the position from which a restarted program
 * goes on. A batch whose answer was lost is sent again, and the hub knows its events by their ids.
 *
 * The folder of the buffer is the same for the Python client:
 *
 *     00000001.events   one line an event: CRC-32 of the JSON in 8 hex digits, a space, the JSON
 *     position          {"segment":1,"offset":345,"refused":0}: what the hub has answered for
 *     refused.ndjson    {"event":{…},"error":"…"}: what the hub did not take, and why
 *     lock              the program that uses the folder
 */
/** One event in the form of the hub's API. */
export type ActivityEvent = {
    worker_id: string;
    workstation_id: string;
    event_type: 'working' | 'idle' | 'absent' | 'product_count';
    /** ISO 8601 with a zone, or a Date; now if it is left out. */
    timestamp?: string | Date;
    /** 0..1 */
    confidence?: number;
    /** Units made, of a `product_count`. */
    count?: number;
    model_id?: string;
    model_version?: string;
    /** Made by the client if it is left out. Give your own where your program repeats an event after a crash. */
    event_id?: string;
};
/** An event that the hub did not take. `event` is null where the buffer itself was damaged. */
export type RefusedEvent = {
    event: (ActivityEvent & {
        event_id: string;
    }) | null;
    error: string;
};
export type ClientStatus = {
    /**
     * `idle`: everything is with the hub. `waiting`: the last try failed, another follows. `stopped`: the hub does not let
     * this client in; nothing is sent until `resume`, or a start of the program.
     */
    state: 'idle' | 'sending' | 'waiting' | 'stopped' | 'closed';
    /** What is wrong, for people; null if nothing is. */
    problem: string | null;
    /** Size of the events that the hub has not answered for. */
    bufferedBytes: number;
    /** Events since the program started: new at the hub, known there before, refused. */
    accepted: number;
    duplicates: number;
    refused: number;
};
export type ClientOptions = {
    /** Address of the hub; else LINESIGHT_URL, else http://127.0.0.1:8080. */
    url?: string;
    /** A token with the scope `ingest:events`; else LINESIGHT_TOKEN. None for senders that the hub trusts by address. */
    token?: string;
    /** Folder of the buffer, for this program alone: `linesight-buffer`. With null, and in browsers, memory alone. */
    folder?: string | null;
    /** Most bytes of events that wait for the hub: 256 MiB. Beyond, `record` throws a BufferFullError. */
    maxBufferBytes?: number;
    /** Most events of one request, at most 1 000: 500. And most bytes: 256 KiB. */
    maxBatchEvents?: number;
    maxBatchBytes?: number;
    /** How long the first event of a batch waits for others, ms: 200. */
    batchDelayMs?: number;
    /** Called for each event that the hub refused, after it was written to refused.ndjson. */
    onRefused?: (refused: RefusedEvent) => void;
    /** Called when something begins to be wrong, and with null once nothing is. Without it, problems go to the console. */
    onProblem?: (problem: string | null) => void;
};
/** `record` throws it where the hub was away for so long that the buffer is full. The event was not taken. */
export declare class BufferFullError extends Error {
    name: string;
}
/** `EventClient.open` throws it while another program uses the folder of the buffer. */
export declare class BufferInUseError extends Error {
    name: string;
}
/** Sends activity events to a hub. */
export declare class EventClient {
    #private;
    private constructor();
    /**
     * Opens the buffer and begins to send what an earlier run left in it. Throws a BufferInUseError if another program uses
     * the folder, and what the file system says if it cannot be written to.
     */
    static open(options?: ClientOptions): Promise<EventClient>;
    /**
     * Takes an event: when it resolves, the event is on the disk and will reach the hub. Answers its id. Throws a TypeError
     * for an event that no hub would take, a BufferFullError, or what the disk says; then the event was not taken.
     */
    record(event: ActivityEvent): Promise<string>;
    /** Resolves to true once the hub has answered for every event of before; to false after `timeoutMs`, or if stopped. */
    flush(timeoutMs?: number): Promise<boolean>;
    /** Sends again after the hub has not let this client in, with another token if one is given. */
    resume(token?: string): void;
    status(): ClientStatus;
    /** Sends what it can within `timeoutMs` and ends. What the hub has not answered for stays for the next start. */
    close(timeoutMs?: number): Promise<void>;
}
