/**
 * Nest's Fastify adapter with our edges: every answer goes through `sendReply`, every failure
 * through `sendProblem`, and nothing about a client's address is believed.
 */
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger';
import { answerClientError } from './client-errors';
import { Problem } from './problem';
import { problemOf } from './problem-of';
import { installHooks, type HookOptions } from './request-hooks';
import { requestIdOf } from './request-id';
import { REQUEST_ID_HEADER, sendProblem, sendReply } from './send';

/** A subject of 255 characters, each four bytes long and percent-encoded. */
const PATH_SEGMENT_CHARACTERS_MAX = 4_096;
/** The whole request must have arrived by then; 8 MiB in 60 s is 1.1 Mbit/s. */
const REQUEST_ARRIVAL_MS_MAX = 60_000;
/** Longer than the usual 60 s of proxies, so that they close idle connections, not we. */
const KEEP_ALIVE_MS = 72_000;

export class KontorHttpAdapter extends FastifyAdapter {
  constructor(options: HookOptions) {
    super({
      logger: false,
      trustProxy: false,
      requestIdHeader: false,
      genReqId: requestIdOf,
      requestTimeout: REQUEST_ARRIVAL_MS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      skipMiddie: true,
      routerOptions: {
        maxParamLength: PATH_SEGMENT_CHARACTERS_MAX,
        ignoreTrailingSlash: true,
      },
      frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
        reply.header(REQUEST_ID_HEADER, request.id);
        sendProblem(problemFor(error, request, options.logger), request, reply);
      },
      clientErrorHandler: answerClientError,
    });
    const server = this.getInstance<FastifyInstance>();
    const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): void =>
      sendProblem(problemFor(error, request, options.logger), request, reply);
    installHooks(server, { ...options, fail });
    server.setErrorHandler(fail);
  }

  override reply(response: FastifyReply, body: unknown, status?: number): FastifyReply {
    if (status !== undefined) response.code(status);
    return sendReply(response, body);
  }

  // Nest would put its own handlers here, whose answers are not problems.
  override setErrorHandler(): FastifyInstance {
    return this.getInstance();
  }
  override setNotFoundHandler(): FastifyInstance {
    return this.getInstance();
  }
}

/** What controllers throw. */
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    sendProblem(problemFor(error, request, this.logger), request, http.getResponse<FastifyReply>());
  }
}

function problemFor(error: unknown, request: FastifyRequest, logger: Logger): Problem {
  const problem = problemOf(error);
  const fields = { requestId: request.id, method: request.method, pattern: patternOf(request) };
  if (!problem) {
    logger.error('request failed', { ...fields, error: stackOf(error) });
    return new Problem(
      500,
      'internal_error',
      'Something went wrong on our side. Quote the request id when you report it.',
    );
  }
  if (problem.status >= 500)
    logger.warn('request refused', { ...fields, code: problem.code, error: messageOf(error) });
  return problem;
}

const patternOf = (request: FastifyRequest): string =>
  (request.kontor as { pattern: string } | undefined)?.pattern ?? '';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
