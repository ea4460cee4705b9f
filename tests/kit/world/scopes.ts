// The scopes of the house as the tests take them: a new domain's are among them without a word here.
import type { Scope } from '../../../src/access/policy/scopes.ts'
import { house } from '../../../src/domains/index.ts'

/** All but those that show less than another one: with `dossier:masked` a caller sees no more. */
export const everyScope: readonly Scope[] = (Object.keys(house.scopes) as Scope[]).filter(
  (name) => !name.endsWith(':masked'),
)

/** Of them those that open rows and fields; with them alone nothing can be changed. */
export const readingScopes = everyScope.filter((name) => /:(read|personal)$/.test(name))

/** As the `scope` claim of a token. */
export const claimOf = (scopes: readonly Scope[]): string => scopes.join(' ')
