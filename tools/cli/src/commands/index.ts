import type { Command } from '../command';
import { audit } from './audit';

/** Every command, in the order of the help text. */
export const COMMANDS: readonly Command[] = [audit];
