/**
 * What is wrong before there is a request: bytes that are not HTTP, headers without an end, a
 * client that never finishes. The socket gets a problem as any other request does.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from './problem';
import { problemText, PROBLEM_TYPE } from './problem-document';
import { requestIdOf } from './request-id';

type ClientError = Error & { readonly code?: string };

export function answerClientError(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const problem = problemOfClientError(error);
  const requestId = requestIdOf({ headers: {} });
  const body = problemText(problem, { instance: '', requestId });
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function problemOfClientError(error: ClientError): Problem {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(408, 'request_timeout', 'The request did not arrive in time.');
  if (error.code === 'HPE_HEADER_OVERFLOW')
    return new Problem(431, 'header_too_large', 'The request line and headers exceed 16 KiB.');
  return new Problem(400, 'malformed_request', 'This is not a valid HTTP request.');
}
