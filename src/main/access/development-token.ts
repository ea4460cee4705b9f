// Tokens of this home's development issuer, for hub token.
import { openDevelopmentIssuer } from '../../access/token/development-issuer.ts'
import type { Config } from '../../config/index.ts'
import { house } from '../../domains/index.ts'
import { runningUrl } from '../process/running.ts'

export const developmentAudience = 'hub'

/** The development issuer is called by the address under which its documents are served. */
export const issuerName = (config: Config, url?: string): string =>
  url ?? runningUrl(config.home) ?? `http://${config.host}:${config.port}`

/** A token of the home's development issuer. Throws RangeError for an unknown scope, an ill-formed agency or purpose, or a wrong life. */
export async function mintToken(
  config: Config,
  options: { scope: string; agency?: string | undefined; purposes: readonly string[]; ttlSeconds: number },
): Promise<{ token: string; expiresAt: string }> {
  const issuer = await openDevelopmentIssuer({
    home: config.home,
    issuer: issuerName(config),
    audience: developmentAudience,
    scopes: house.scopes,
    now: Date.now,
  })
  return issuer.mint({ ...options, subject: 'developer' })
}
