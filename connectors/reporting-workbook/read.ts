// Checks the folder and reads its streams.
import type { Context, Page, Range } from '#connector'
import { manifest } from './manifest.ts'
import { readObservations } from './read-observations.ts'
import { readReports } from './read-reports.ts'
import { matchersOf } from './template.ts'

type Workbooks = Context<typeof manifest>

/** Settles when the folder can be listed and the templates can be used. */
export async function check(context: Workbooks): Promise<void> {
  matchersOf(context.settings.templates)
  await context.files.list(context.settings.folder, context.signal)
}

/** The reports, or the figures in them, of the files that have come or changed since the position of the range. */
export function read(context: Workbooks, stream: 'reports' | 'observations', range: Range): AsyncGenerator<Page> {
  return stream === 'reports' ? readReports(context, range) : readObservations(context, range)
}
