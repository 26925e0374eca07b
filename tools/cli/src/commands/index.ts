import type { Command } from '../command';
import { audit } from './audit';
import { backup } from './backup';
import { rebuild } from './rebuild';
import { restore } from './restore';
import { verify } from './verify';

/** Every command, in the order of the help text. */
export const COMMANDS: readonly Command[] = [audit, verify, rebuild, backup, restore];
