// Stopping and starting a source's schedule, for hub pause and hub resume.
import type { JsonOption } from '../command.ts'

/** The source is paused or scheduled again after this; throws WrongUsage for a source that is not known. Safe to repeat. */
export async function changeSchedule(
  action: 'pause' | 'resume',
  source: string,
  { json }: JsonOption,
): Promise<number> {
  const { ask } = await import('../../main/ask.ts')
  const { printJson } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  const { requireSource } = await import('./rows.ts')
  return withHub(action, false, async (hub) => {
    await requireSource(hub, source)
    const answer = await ask(hub, `mutation($id: String!) { ${action}Source(id: $id) { id state } }`, { id: source })
    const changed = answer[`${action}Source`] as { readonly id: string; readonly state: string }
    if (json === true) printJson(changed)
    else console.log(`${changed.id}: ${changed.state}`)
    return 0
  })
}
