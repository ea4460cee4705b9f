// The connector camera: ONVIF devices and Frigate servers.
import { defineConnector } from '#connector'
import { manifest } from './manifest.ts'
import { normalise } from './normalise.ts'
import { check, read } from './read.ts'

export default defineConnector(manifest, { check, read, normalise })
