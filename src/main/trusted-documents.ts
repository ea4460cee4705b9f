// The operations that the configuration registers.
import type { GraphQLSchema } from 'graphql'
import { type Config, ConfigError } from '../config/index.ts'
import { defaultLimits } from '../gateway/graphql/limits.ts'
import type { Log } from '../gateway/log.ts'
import {
  openTrustedDocuments,
  TrustedDocumentFault,
  type TrustedDocuments,
} from '../gateway/graphql/trusted-documents.ts'
import { consoleOperations } from '../web/console/operations.ts'

/** The operations that the configuration registers, and the console's own; null where it names no folder. Throws ConfigError. */
export async function trustedDocuments(
  config: Config,
  schema: () => GraphQLSchema,
  log: Log,
): Promise<TrustedDocuments | null> {
  const { trustedDocuments: configured } = config
  if (configured === undefined) return null
  try {
    return await openTrustedDocuments({
      ...configured,
      schema,
      limits: defaultLimits,
      own: consoleOperations(),
      onFault: (fault) =>
        log.error({ fault: fault.message }, 'the registered operations were not read again: those of before go on'),
    })
  } catch (error) {
    if (error instanceof TrustedDocumentFault) throw new ConfigError(error.message, { cause: error })
    throw error
  }
}
