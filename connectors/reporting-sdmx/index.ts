// The connector reporting-sdmx: SDMX 3.0 services.
import { defineConnector } from '#connector'
import { manifest } from './manifest.ts'
import { observation } from './normalise.ts'
import { check, read } from './read.ts'

export default defineConnector(manifest, { check, read, normalise: { observations: observation } })
