/**
 * A TCP proxy that misbehaves on request: what stands between the services and a broker or database.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * pass       everything goes through
 * delay      everything goes through, later
 * cut        connections end, new ones are refused as soon as they are made
 * half-open  connections stay, and nothing goes through either way
 * mute       what clients say arrives, what the server answers does not
 */
export type ProxyMode = 'pass' | 'delay' | 'cut' | 'half-open' | 'mute';

/** Bytes that wait in `delay` are bounded by what clients send in this time. */
const DELAY_MS = 400;

export class TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private mode: ProxyMode = 'pass';

  private constructor(private readonly targetPort: () => number) {
    this.server = createServer((client) => this.join(client));
  }

  /** Resolves when it listens. `targetPort` is asked at every connection. */
  static async open(targetPort: () => number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject);
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Bytes were swallowed or are late: whatever was not simply passed on ends with its mode. */
  set(mode: ProxyMode): void {
    if (this.mode !== 'pass' || mode === 'cut') this.endAll();
    this.mode = mode;
  }

  async close(): Promise<void> {
    this.endAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    if (this.mode === 'cut') {
      client.destroy();
      return;
    }
    const target = connect(this.targetPort(), '127.0.0.1');
    const pair = [client, target] as const;
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      target.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (bytes) => this.carry(bytes, target, this.mode === 'half-open'));
    target.on('data', (bytes) =>
      this.carry(bytes, client, this.mode === 'half-open' || this.mode === 'mute'),
    );
  }

  private carry(bytes: Buffer, to: Socket, isSwallowed: boolean): void {
    if (isSwallowed || to.destroyed) return;
    // Timers of one length fire in the order in which they were set, so bytes stay in order.
    if (this.mode === 'delay') setTimeout(() => to.destroyed || to.write(bytes), DELAY_MS);
    else to.write(bytes);
  }

  private endAll(): void {
    for (const [client, target] of this.pairs) {
      client.destroy();
      target.destroy();
    }
    this.pairs.clear();
  }
}
