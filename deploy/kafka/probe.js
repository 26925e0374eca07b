/** Small questions about ports and processes. */
const { readFileSync } = require('node:fs');
const net = require('node:net');

/** A port of 127.0.0.1 that nobody listens on now; `preferred` when that is one. */
async function freePort(preferred = 0) {
  for (const port of preferred ? [preferred, 0] : [0]) {
    const found = await new Promise((resolve) => {
      const server = net.createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const { port: bound } = server.address();
        server.close(() => resolve(bound));
      });
    });
    if (found) return found;
  }
  throw new Error('no free port on 127.0.0.1');
}

/** ApiVersions, version 0: the one request that a broker answers to anybody at any time. */
const API_VERSIONS = Buffer.from('0000000a00120000000000010000', 'hex');

/** Whether a Kafka broker, not just an open port, answers there within a second. */
function kafkaAnswers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(API_VERSIONS));
    socket.once('data', (bytes) => end(bytes.length >= 10 && bytes.readInt16BE(8) === 0));
  });
}

/** Whether a process with this id runs; one that waits to be reaped does not. */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true; // No /proc here: the signal's answer stands.
  }
}

/** The command line of a process, where /proc shows it; undefined elsewhere. */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return undefined;
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `look` is true; false when `timeoutMs` are over. */
async function until(look, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (!(await look())) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

module.exports = { commandLine, freePort, isAlive, kafkaAnswers, sleep, until };
