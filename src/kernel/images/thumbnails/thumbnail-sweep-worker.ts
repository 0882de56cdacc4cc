import { parentPort, workerData } from 'node:worker_threads';
import { sweepThumbnails } from './thumbnail-sweep.ts';

/** One sweep, off the thread that answers requests; then the worker ends. */
parentPort?.postMessage(sweepThumbnails(workerData));
