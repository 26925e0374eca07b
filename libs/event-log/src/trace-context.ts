/**
 * The W3C trace context of the work that is being done, as text (`traceparent`). What appends to a
 * log in its surroundings writes it beside its records, and readers link their own work to it.
 *
 * Cost:   without `recordTraces` nothing is stored, read or carried.
 * Source: https://www.w3.org/TR/trace-context/#traceparent-header
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const surrounding = new AsyncLocalStorage<string>();
let areRecorded = false;

/** Once a process, before it reads or writes: from then on traces travel with records. */
export function recordTraces(): void {
  areRecorded = true;
}

/** Whether readers ask for the traces of records. */
export const tracesAreRecorded = (): boolean => areRecorded;

/** Of the work that calls; undefined when it is not traced. */
export const currentTraceparent = (): string | undefined =>
  areRecorded ? surrounding.getStore() : undefined;

/** Runs `work`, and whatever it starts, as a part of this trace. */
export const withTraceparent = <T>(traceparent: string, work: () => T): T =>
  surrounding.run(traceparent, work);

/** A header or column as it may be believed; of what has another form undefined. */
export const traceparentOf = (text: string | null | undefined): string | undefined =>
  text && TRACEPARENT.test(text) ? text : undefined;
