/**
 * Instants of generated commands. They are drawn as seconds from the wallet's newest fact and made
 * instants when the command is asked: else time would run to its end with the first commands, and
 * holds and grants would be over before they are used. Imported by test files only.
 */
import fc from 'fast-check';
import { at } from '../src/domain/testing';
import type { WalletCommand } from '../src/domain/wallet-command';

/** `'-3'`: three seconds before the wallet's newest fact. */
export const secondsFromNow = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map(String);

const FIELDS = ['at', 'occurredAt', 'recordedAt', 'expiresAt', 'effectiveAt', 'holdsExpiredBy'];

/** The command with instants in place of drawn seconds. */
export function dated(command: WalletCommand, asOf: string): WalletCommand {
  const now = asOf === '' ? Date.parse(at) : Date.parse(asOf);
  const withInstants = <T extends object>(fields: T): T =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        FIELDS.includes(name) && /^-?\d+$/.test(String(value)) ? after(now, Number(value)) : value,
      ]),
    ) as T;
  const { authorization, ...plain } = { authorization: undefined, ...withInstants(command) };
  return { ...plain, ...(authorization && { authorization: withInstants(authorization) }) };
}

const after = (now: number, seconds: number): string =>
  new Date(now + seconds * 1_000).toISOString().replace('Z', '000Z');
