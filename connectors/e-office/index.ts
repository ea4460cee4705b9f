// The connector e-office: the document axis of the province's offices.
import { defineConnector } from '#connector'
import { acknowledge } from './acknowledge.ts'
import { manifest } from './manifest.ts'
import { normalise } from './normalise.ts'
import { check, read } from './read.ts'

export default defineConnector(manifest, { check, read, normalise, acknowledge })
