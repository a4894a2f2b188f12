import type { Timeouts } from '../client/connection.js';
import type { Clock } from '../clock.js';
import type { Keychain } from '../config/keychain.js';
import type { Random } from '../random.js';

/** Time and chance of the real world, how long the network may take, and where keys are kept; tests pass their own. */
export interface World {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly timeouts?: Partial<Timeouts>;
  readonly keychain?: () => Promise<Keychain>;
}
