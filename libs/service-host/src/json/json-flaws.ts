/**
 * What a well-formed JSON text may still not hold: PostgreSQL stores no NUL, no text of ours has
 * half a character, no key reaches a prototype, nesting is bounded, numbers are finite.
 */
import type { FieldError } from '../http/problem';
import { pointerOf } from './pointer';

/** Deeper than any honest `data`; every recursive reader after this one relies on it. */
export const JSON_DEPTH_MAX = 64;
/** A hostile text must not make a huge answer. */
const FLAWS_MAX = 100;

const NUL = '\0';
/** In unicode mode a surrogate matches only when it stands alone. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The flaws of a parsed value, by JSON pointer.
 *
 * Shape:  what is nested too deeply is replaced by null in `value`, so that a reader which goes on
 *         with the rest never meets it.
 */
export function flawsOf(value: unknown): FieldError[] {
  const walk: Walk = { path: [], flaws: [] };
  look(value, walk);
  return walk.flaws;
}

interface Walk {
  readonly path: (string | number)[];
  readonly flaws: FieldError[];
}

function look(value: unknown, walk: Walk): void {
  if (walk.flaws.length >= FLAWS_MAX) return;
  if (typeof value === 'string') lookAtText(value, walk);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value))
      add(walk, 'number_out_of_range', 'This number is too large to be kept.');
  } else if (Array.isArray(value)) lookAtItems(value, walk);
  else if (typeof value === 'object' && value !== null) lookAtMembers(value, walk);
}

function lookAtItems(items: unknown[], walk: Walk): void {
  for (let index = 0; index < items.length; index += 1) lookAtChild(items, index, walk);
}

function lookAtMembers(members: object, walk: Walk): void {
  for (const key of Object.keys(members)) {
    walk.path.push(key);
    lookAtText(key, walk);
    if (reachesPrototype(members as Record<string, unknown>, key))
      add(walk, 'forbidden_key', 'This key is not accepted.');
    walk.path.pop();
    lookAtChild(members as Record<string, unknown>, key, walk);
  }
}

function lookAtChild<Key extends string | number>(
  parent: Record<Key, unknown>,
  key: Key,
  walk: Walk,
): void {
  const child = parent[key];
  walk.path.push(key);
  if (isContainer(child) && walk.path.length >= JSON_DEPTH_MAX) {
    add(walk, 'nested_too_deeply', `At most ${JSON_DEPTH_MAX} levels of nesting.`);
    parent[key] = null;
  } else look(child, walk);
  walk.path.pop();
}

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null;

function reachesPrototype(members: Record<string, unknown>, key: string): boolean {
  if (key === '__proto__') return true;
  const value = key === 'constructor' ? members[key] : undefined;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

function lookAtText(text: string, walk: Walk): void {
  if (text.includes(NUL)) add(walk, 'nul_character', 'NUL characters are not accepted.');
  if (LONE_SURROGATE.test(text))
    add(walk, 'lone_surrogate', 'This text holds half of a surrogate pair.');
}

function add(walk: Walk, code: string, detail: string): void {
  if (walk.flaws.length < FLAWS_MAX)
    walk.flaws.push({ pointer: pointerOf(walk.path), code, detail });
}
