// A trusted issuer, as the configuration describes it.
import type { JwksLoader } from './key-set.ts'

/** One issuer whose tokens the hub accepts. */
export interface Issuer {
  /** Compared byte for byte with `iss`. */
  readonly issuer: string
  readonly audience: string
  /** Further audiences that a token may name. Default none: a token for two services is refused. */
  readonly otherAudiences?: readonly string[]
  /** Bounds both `exp − iat` and the age since `iat`. Default 24 hours. */
  readonly maxTokenAgeSeconds?: number
  /** Makes the header's `typ` strict. Default: `JWT` is accepted too. */
  readonly typ?: 'at+jwt'
  /** The subtrees that its tokens may claim; default: any. */
  readonly agencies?: readonly string[]
  /** Where its keys come from: `discovered(issuer, transport)`, or the development issuer's own. */
  readonly keys: JwksLoader
}
