import { ask } from './ask.ts'
import { WrongUsage } from './exit-code.ts'
import { recordFields, requireSource, withHub } from './list-commands.ts'
import { printJson } from './print.ts'

interface Json {
  json?: boolean
}

const globalId = (id: string): string => (id.includes(':') ? id : `QuarantinedRecord:${id}`)

export const quarantineShowCommand = (id: string, options: Json & { purpose?: string }): Promise<number> =>
  withHub('quarantine show', false, async (hub) => {
    const codes = hub.config.purposes.map((one) => one.code)
    if (options.purpose !== undefined && codes.length > 0 && !codes.includes(options.purpose)) {
      throw new WrongUsage(`--purpose is "${options.purpose}", expected one of ${codes.join(', ')}`)
    }
    const raw = options.purpose === undefined ? '' : 'raw'
    const answer = await ask(
      hub,
      `query($id: ID!) { node(id: $id) { ... on QuarantinedRecord { ${recordFields} ${raw} } } }`,
      { id: globalId(id) },
      options.purpose ?? null,
    )
    const record = answer['node'] as Record<string, unknown> | null
    if (record === null) {
      console.error(`Không có bản ghi ${id} · there is no record ${id}`)
      return 1
    }
    if (options.json === true) printJson(record)
    else for (const [name, value] of Object.entries(record)) console.log(`${name.padEnd(8)} ${textOf(value)}`)
    return 0
  })

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)

export const releaseCommand = (ids: readonly string[], options: Json): Promise<number> =>
  withHub('quarantine release', true, async (hub) => {
    const answer = await ask(hub, `mutation($ids: [ID!]!) { releaseQuarantined(ids: $ids) }`, {
      ids: ids.map(globalId),
    })
    const released = answer['releaseQuarantined'] as number
    if (options.json === true) printJson({ released })
    else console.log(`${released} of ${ids.length} left the quarantine`)
    return released === ids.length ? 0 : 1
  })

export const correctCommand = (id: string, options: Json & { patch: string; reason: string }): Promise<number> => {
  if (!isJsonObject(options.patch)) {
    throw new WrongUsage('--patch is not a JSON object, expected the members to change, like {"status":"…"}')
  }
  return withHub('quarantine correct', true, async (hub) => {
    const answer = await ask(
      hub,
      `mutation($id: ID!, $patch: String!, $reason: String!) { correctQuarantined(id: $id, patch: $patch, reason: $reason) }`,
      { id: globalId(id), patch: options.patch, reason: options.reason },
    )
    const taken = answer['correctQuarantined'] as boolean
    if (options.json === true) printJson({ id: globalId(id), taken })
    else
      console.log(
        taken ? 'Corrected and taken' : 'Corrected; the record is still rejected (npx --no hub quarantine show)',
      )
    return taken ? 0 : 1
  })
}

function isJsonObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

export const pauseCommand = (action: 'pause' | 'resume', source: string, options: Json): Promise<number> =>
  withHub(action, false, async (hub) => {
    await requireSource(hub, source)
    const answer = await ask(hub, `mutation($id: String!) { ${action}Source(id: $id) { id state } }`, { id: source })
    const changed = answer[`${action}Source`] as { id: string; state: string }
    if (options.json === true) printJson(changed)
    else console.log(`${changed.id}: ${changed.state}`)
    return 0
  })
