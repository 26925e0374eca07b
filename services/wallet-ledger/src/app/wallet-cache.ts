import type { Wallet } from '../domain/wallet-state';
import type { StoredWallet } from './ports';

/** Rough heap of an account, a lot and an open hold: objects, decimals and texts. */
const ACCOUNT_BYTES = 1_000;
const LOT_BYTES = 800;
const HOLD_BYTES = 900;
/** Enough for tens of thousands of wallets of usual size; what is evicted is read again. */
const CACHE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Wallets by the id of their key, they were last written or read, least recently used evicted first.
 *
 * A wallet is taken out for a batch, which then owns it and advances it in place, and is put back
 * only when the batch is committed. So a failed batch can't leave a wrong wallet behind.
 */
export class WalletCache {
  private readonly wallets = new Map<string, StoredWallet & { readonly bytes: number }>();
  private bytes = 0;

  constructor(private readonly bytesMax = CACHE_BYTES_MAX) {}

  get size(): number {
    return this.wallets.size;
  }

  take(id: string): StoredWallet | undefined {
    const found = this.wallets.get(id);
    if (!found) return undefined;
    this.wallets.delete(id);
    this.bytes -= found.bytes;
    return found;
  }

  put(id: string, stored: StoredWallet): void {
    this.take(id);
    const bytes = bytesOf(stored.wallet);
    this.wallets.set(id, { ...stored, bytes });
    this.bytes += bytes;
    if (this.bytes > this.bytesMax) this.evict();
  }

  // Only when it must be: the iterator of a Map walks past all that was deleted in front.
  private evict(): void {
    for (const oldest of this.wallets.keys()) {
      if (this.bytes <= this.bytesMax) break;
      this.take(oldest);
    }
  }
}

function bytesOf(wallet: Wallet): number {
  let bytes = ACCOUNT_BYTES + wallet.holds.size * HOLD_BYTES;
  for (const { lots, scheduled } of wallet.accounts.values())
    bytes += ACCOUNT_BYTES + (lots.length + scheduled.length) * LOT_BYTES;
  return bytes;
}
