import { pollUntil } from '@kontor/testkit';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy';

describe('the proxy between services and what they need', () => {
  let echo: Server;
  let proxy: TcpProxy;
  let received = '';
  beforeAll(async () => {
    echo = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        received += bytes.toString();
        socket.write(bytes);
      });
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    proxy = await TcpProxy.open(() => (echo.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await proxy.close();
    echo.close();
  });
  beforeEach(() => {
    proxy.set('pass');
    received = '';
  });

  interface Talk {
    readonly socket: Socket;
    heard: string;
    isOver: boolean;
  }
  function talk(): Talk {
    const socket = connect(proxy.port, '127.0.0.1');
    const state: Talk = { socket, heard: '', isOver: false };
    socket.on('data', (bytes) => (state.heard += bytes.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => (state.isOver = true));
    return state;
  }

  it.each(['pass', 'delay'] as const)('carries everything in order in %s', async (mode) => {
    proxy.set(mode);
    const client = talk();
    for (const part of ['a', 'b', 'c']) client.socket.write(part);
    await pollUntil(() => client.heard === 'abc');
    client.socket.destroy();
  });

  it('cuts what is open and takes nothing new', async () => {
    const before = talk();
    before.socket.write('a');
    await pollUntil(() => before.heard === 'a');
    proxy.set('cut');
    await pollUntil(() => before.isOver);
    const after = talk();
    await pollUntil(() => after.isOver);
    expect(after.heard).toBe('');
  });

  it.each([
    ['half-open', 'a'],
    ['mute', 'ab'],
  ] as const)('keeps a connection that is dead in %s', async (mode, arrives) => {
    const client = talk();
    client.socket.write('a');
    await pollUntil(() => client.heard === 'a');
    proxy.set(mode);
    client.socket.write('b');
    // Both see the same loop, so what would have arrived has after a while.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([client.isOver, client.heard, received]).toEqual([false, 'a', arrives]);
    proxy.set('pass');
    await pollUntil(() => client.isOver);
  });
});
