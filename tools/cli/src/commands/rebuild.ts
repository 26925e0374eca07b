import { type Command, EXIT, UsageError } from '../command';
import { followRebuild, isWell, linesOf, serviceNamed } from './follow-rebuild';

/** Makes a service's read model again and puts it in the place of the old one. */
export const rebuild: Command = {
  name: 'rebuild',
  summary: "make a service's read model again from the log, while the old one serves",
  usage: '<service> [--verify]',
  help: [
    'The log is folded into a second read model at full speed; when it has caught up, it takes the',
    'place of the old one in one transaction. With --verify the rows of both are compared before.',
    '',
    'Exit code 0: rebuilt, and nothing differed; 1: it failed, or something differed, which is',
    'listed (the rebuilt rows are served then); 2: it could not be asked, or one is running.',
  ].join('\n'),
  options: { verify: { type: 'boolean' } },
  positionalsMax: 1,
  run: async (context) => {
    const [name] = context.positionals;
    if (name === undefined) throw new UsageError('Which service?');
    const service = serviceNamed(name);
    const wish = { verify: context.options['verify'] === true, swap: true };
    const found = await followRebuild(context, service, wish);
    if (context.json) context.say(JSON.stringify(found, null, 2));
    else for (const line of linesOf(service, found)) context.say(line);
    return isWell(found) ? EXIT.ok : EXIT.differs;
  },
};
