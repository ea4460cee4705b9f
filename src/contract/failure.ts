// The failure that a connector throws.
import { TransportFailure } from '../transport/failure.ts'

/**
 * What a connector throws when a whole page cannot be had: CONFIG_INVALID (the operator acts), SOURCE_UNAVAILABLE (the
 * clock acts), SOURCE_CHANGED (a developer acts). A single bad record is not a failure: `normalise` rejects it.
 */
export class ConnectorFailure extends TransportFailure {
  override readonly name = 'ConnectorFailure'
}
