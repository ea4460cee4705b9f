// What is sealed under the key of encryption at rest, gathered from the rooms that seal.
import type { Sealed } from '../db/encryption/rotate.ts'
import { house } from '../domains/index.ts'
import { sealedBySync } from '../sync/quarantine/reseal.ts'

/** Everything that depends on the key of encryption at rest, apart from the audit keys. */
export const sealedKinds: readonly Sealed[] = [...sealedBySync, ...house.sealed]
