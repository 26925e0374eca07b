/** What becomes of PostgreSQL. */
import { type Inject, pause } from './kind';

/** Stopped hard; where a proxy is in front of it, it also stays away for a while. */
export const crash: Inject = async ({ world }, { lastsMs }) => {
  world.postgresProxy?.set('cut');
  try {
    world.crashPostgres();
    await pause(lastsMs);
  } finally {
    world.postgresProxy?.set('pass');
  }
};

export const fillDisk: Inject = async ({ world }, { lastsMs }) => {
  world.disk!.fill();
  try {
    await pause(lastsMs);
  } finally {
    world.disk!.free();
  }
};
