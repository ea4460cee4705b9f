// Reads the schema of the demonstration's land office.
import { readFileSync } from 'node:fs'

/** The land office's part of the schema as it publishes it. */
export const landSdl = (): string => readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')
