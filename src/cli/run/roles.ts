// What start, serve and work have in common: a hub that goes on until a signal.
import type { Roles } from '../../main/process/start.ts'

/** Settles with the exit code when the hub has ended in order. */
export async function runRoles(roles: Roles): Promise<number> {
  const { readConfig } = await import('../../main/config.ts')
  const { start } = await import('../../main/process/start.ts')
  return start(await readConfig(), roles)
}
