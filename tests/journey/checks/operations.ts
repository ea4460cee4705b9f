// Checks what an operator sees.
import { expect, it } from 'vitest'
import type { Row } from '../client.ts'
import { province, reader, runs, factsByStream } from '../journey.ts'

interface SourceRow extends Row {
  readonly id: string
  readonly lastSuccessAt: string
  readonly streams: readonly { readonly id: string; readonly recordCount: number; readonly cursor: string | null }[]
}

interface RunShown extends Row {
  readonly source: string
  readonly stream: string
}

interface RejectedRow extends Row {
  readonly key: string | null
  readonly reason: string
  readonly raw: string | null
}

const sourceSelection = `id connector title state lastSuccessAt nextRunAt lagSeconds recordCount quarantineCount
  streams { id entity recordCount lastSuccessAt cursor } failure { code message whoActs since }`

/** Why each stream's dirt is set aside, by the sources' own pages. */
const reasonsOf: Readonly<Record<string, readonly string[]>> = {
  'one-stop/dossiers': ['UNKNOWN_VALUE'],
  'procedure-catalogue/citizen-procedures': ['UNKNOWN_VALUE'],
  'procedure-catalogue/business-procedures': ['MISSING'],
  'procedure-catalogue/procedure-details': ['MISSING'],
  'e-office/documents': ['MALFORMED', 'CLASSIFIED', 'UNKNOWN_VALUE'],
  'e-office/statuses': ['UNKNOWN_VALUE'],
  'reporting-sdmx/observations': ['BAD_NUMBER', 'MALFORMED'],
  'reporting-workbook/reports': ['UNLISTED'],
  'reporting-workbook/observations': ['BAD_NUMBER', 'MALFORMED'],
  'camera/devices': ['MISSING', 'MALFORMED'],
  'camera/frigate-cameras': ['UNLISTED'],
  'camera/frigate-events': ['UNLISTED'],
}

/** What an operator sees after the first pull. */
export function operationsAreTold(): void {
  it('shows what has happened to its sources, streams, runs and rejected records', async () => {
    const facts = factsByStream()
    const dirt = province.dirt()
    const sum = (counts: ReadonlyMap<string, number>, source: string): number =>
      [...counts].filter(([name]) => name.startsWith(`${source}/`)).reduce((total, [, count]) => total + count, 0)
    const { sources } = await reader.ask<{ sources: SourceRow[] }>(`{ sources { ${sourceSelection} } }`)
    expect(sources.map(({ id }) => id)).toEqual(province.sources.map(({ id }) => id).toSorted())
    for (const source of sources) {
      expect(source).toMatchObject({
        connector: source.id,
        state: 'HEALTHY',
        recordCount: sum(facts, source.id),
        quarantineCount: sum(dirt, source.id),
        lagSeconds: 0,
        failure: null,
      })
      expect(Date.parse(source.lastSuccessAt)).toBe(province.now().getTime())
      for (const stream of source.streams) {
        expect(stream.recordCount, `${source.id}/${stream.id}`).toBe(facts.get(`${source.id}/${stream.id}`) ?? 0)
        expect(stream.cursor).not.toBeNull()
      }
      expect(await reader.ask(`{ source(id: "${source.id}") { ${sourceSelection} } }`)).toEqual({ source })
    }
    const shown = await reader.all<RunShown>(
      'runs',
      'id source stream state startedAt finishedAt pages read written unchanged removed rejected failure { code }',
    )
    expect(shown).toHaveLength(runs.length)
    for (const run of runs) {
      const { source, stream, state, read, written, unchanged, removed, rejected } = run
      const same = shown.find((one) => one.source === source && one.stream === stream)
      expect(same).toMatchObject({ state, read, written, unchanged, removed, rejected, failure: null })
    }
    for (const [name, count] of dirt) {
      const [source, stream] = name.split('/')
      const args = `source: "${source}", stream: "${stream}"`
      const waiting = await reader.all<RejectedRow>('quarantine', 'source stream key reason path seenAt tries raw', {
        args,
      })
      expect(waiting, name).toHaveLength(count)
      for (const one of waiting) {
        const reason = one.reason.split(':')[0]
        expect(reasonsOf[name], `${name} ${one.key}`).toContain(reason)
        // The bytes are kept, but for a classified document.
        expect(one.raw === null, `${name} ${one.key}`).toBe(reason === 'CLASSIFIED')
      }
    }
  })
}
