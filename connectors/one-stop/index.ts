// The connector one-stop: the province's one-stop system.
import { defineConnector } from '#connector'
import { manifest } from './manifest.ts'
import { dossier } from './normalise.ts'
import { check, read } from './read.ts'

export default defineConnector(manifest, { check, read, normalise: { dossiers: dossier } })
