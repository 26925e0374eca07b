/**
 * `Kontor-At-Least`: a request waits until what it reads has everything that a position led to.
 *
 * Time:   at most `WAIT_MS`. Nothing is polled where the consumer is in this process; its commits
 *         wake the wait. Otherwise its checkpoint is asked for a few times a second, once for all.
 * Errors: Problem 422 `invalid_position` (malformed, unknown, or beyond every write), 503
 *         `not_ready` with Retry-After when it is not there in time; DependencyDown (503).
 */
import { TOPICS, type Tenant } from '@kontor/contracts';
import type { RecordPosition } from '@kontor/event-log';
import { Problem } from '../http/problem';
import type { InternalCalls, ServiceRuntime } from '../runtime';
import type { Metrics } from '../metrics';
import { awaitPosition, awaitPositionOf } from './await-position';
import { followingHeads, followUpsOf, type FollowUps, type RowsShown } from './follow-ups';
import { beyondTheHead, parsePositionToken } from './position-token';

const WAIT_MS = 2_000;
/** A question is on its way this long, at most, after the answerer has stopped waiting. */
const ANSWER_MS = 250;
const RETRY_SECONDS = 1;
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

export interface AtLeast {
  /** The service whose route it is. */
  readonly service: string;
  readonly header: string | readonly string[];
  readonly shown: RowsShown;
  readonly tenant: Tenant;
}

export class ReadsAfterWrites {
  private readonly runtimes: ReadonlyMap<string, ServiceRuntime>;

  constructor(
    services: readonly ServiceRuntime[],
    private readonly metricsOf: (service: string) => Metrics,
  ) {
    this.runtimes = new Map(services.map((runtime) => [runtime.service, runtime]));
    for (const runtime of services) serveAwaitPosition(runtime);
  }

  async wait({ service, header, shown, tenant }: AtLeast): Promise<void> {
    const token = parsePositionToken(header);
    const runtime = this.runtimes.get(service);
    if (!runtime) return;
    const done = this.waits(service).startTimer();
    const deadline = Date.now() + WAIT_MS;
    const wait = new Wait({ runtime, tenant, deadline, follow: followUpsOf(service, shown) });
    const behind = await wait.allOf(token);
    done({ outcome: behind ? 'behind' : 'reached' });
    if (!behind) return;
    for (const at of token) await this.checkHead(runtime, tenant, at);
    throw new Problem(503, 'not_ready', `${behind} is not there yet; read again.`, {
      retryAfterSeconds: RETRY_SECONDS,
    });
  }

  /** A position that was never written is a mistake of the caller, not a delay. */
  private async checkHead(
    { internal }: ServiceRuntime,
    tenant: Tenant,
    at: RecordPosition,
  ): Promise<void> {
    const heads = await ownHeads(internal, tenant, at);
    const head = heads.find(
      ({ topic, partition }) => topic === at.topic && partition === at.partition,
    );
    if (heads.length > 0 && at.position > (head?.position ?? 0)) throw beyondTheHead(at);
  }

  private waits(service: string) {
    return this.metricsOf(service).histogram(
      'kontor_read_wait_seconds',
      'Time that a request with Kontor-At-Least waited.',
      SECONDS,
      ['outcome'],
    );
  }
}

function serveAwaitPosition(runtime: ServiceRuntime): void {
  const operation = awaitPositionOf(runtime.service);
  if (operation === undefined) return;
  runtime.internal.serve(operation, (_tenant, request) => awaitPosition(runtime, request));
}

interface WaitParts {
  readonly runtime: ServiceRuntime;
  readonly tenant: Tenant;
  readonly deadline: number;
  readonly follow: FollowUps;
}

/** One request's wait. Each answers undefined, or in words what was not there in time. */
class Wait {
  constructor(private readonly parts: WaitParts) {}

  async allOf(positions: readonly RecordPosition[]): Promise<string | undefined> {
    const answers = await Promise.all(positions.map((at) => this.one(at)));
    return answers.find((behind) => behind !== undefined);
  }

  private async one(at: RecordPosition): Promise<string | undefined> {
    if (at.position === 0) return undefined;
    const { follow } = this.parts;
    const answers = await Promise.all([
      ...follow.own(at.topic).map(({ name }) => this.applied(name, at)),
      ...follow.deciders(at.topic).map((decider) => this.decided(decider, at)),
    ]);
    return answers.find((behind) => behind !== undefined);
  }

  private async applied(consumer: string, at: RecordPosition): Promise<string | undefined> {
    const { checkpoints } = this.parts.runtime;
    return (await checkpoints.waitFor(consumer, at, this.remaining())) ? undefined : consumer;
  }

  /** Until `decider` has applied the position, and what it wrote about it is here too. */
  private async decided(decider: string, at: RecordPosition): Promise<string | undefined> {
    const operation = awaitPositionOf(decider);
    if (operation === undefined) return undefined;
    const { runtime, tenant, follow } = this.parts;
    const waitMs = this.remaining();
    const { reached, heads } = await runtime.internal.call(
      operation,
      tenant,
      { ...at, waitMs },
      { deadlineMs: waitMs + ANSWER_MS },
    );
    if (!reached) return decider;
    const next = followingHeads(at, heads).filter(({ topic }) => follow.matters(topic));
    return this.allOf(next);
  }

  private remaining(): number {
    return Math.max(0, this.parts.deadline - Date.now());
  }
}

const ownerOf = (topic: string): string => TOPICS.find(({ name }) => name === topic)?.owner ?? '';

async function ownHeads(
  internal: InternalCalls,
  tenant: Tenant,
  at: RecordPosition,
): Promise<readonly RecordPosition[]> {
  const operation = awaitPositionOf(ownerOf(at.topic));
  if (operation === undefined) return [];
  const { heads } = await internal.call(operation, tenant, { ...at, waitMs: 0 });
  return heads.filter(({ topic }) => topic === at.topic);
}
