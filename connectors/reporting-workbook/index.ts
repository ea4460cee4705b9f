// The connector reporting-workbook: reports as workbooks in a folder.
import { defineConnector } from '#connector'
import { manifest } from './manifest.ts'
import { observation, report } from './normalise.ts'
import { check, read } from './read.ts'

export default defineConnector(manifest, { check, read, normalise: { reports: report, observations: observation } })
