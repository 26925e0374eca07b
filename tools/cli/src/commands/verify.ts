import type { Json } from '../api';
import { type Command, EXIT } from '../command';
import {
  followRebuild,
  isWell,
  linesOf,
  serviceNamed,
  SERVICES_WITH_VIEWS,
} from './follow-rebuild';

/** Compares what is served with what the log says; changes nothing. */
export const verify: Command = {
  name: 'verify',
  summary: 'fold the log into a scratch read model and compare it with the one that is served',
  usage: '[service]',
  help: [
    'For each service, or the one named: its facts are folded anew and all rows are compared as of',
    'one moment, while the server goes on working. Of rating, every usage fact is also rated again',
    'with the catalog of its rated fact, and the bytes are compared. Nothing is changed.',
    '',
    'Exit code 0: no difference; 1: differences, whose keys are listed, or it failed; 2: it could',
    'not be asked, or a rebuild is running.',
  ].join('\n'),
  options: {},
  positionalsMax: 1,
  run: async (context) => {
    const [name] = context.positionals;
    const services = name === undefined ? SERVICES_WITH_VIEWS : [serviceNamed(name)];
    const all: Json[] = [];
    for (const service of services) {
      const found = await followRebuild(context, service, { verify: true, swap: false });
      all.push(found);
      if (!context.json) for (const line of linesOf(service, found)) context.say(line);
    }
    if (context.json) context.say(JSON.stringify(all, null, 2));
    return all.every(isWell) ? EXIT.ok : EXIT.differs;
  },
};
