// The actions of operators: run, pause, resume, correct and the like.
import { sql } from 'kysely'
import { hubError } from '../access/error.ts'
import type { GraphContext } from '../graph/execute/context.ts'
import type { TypeMapping } from '../graph/schema/type-mapping.ts'
import type { RunKind, Wanted } from '../sync/queue/claim.ts'
import type { Engine } from '../sync/engine.ts'
import { correctQuarantined, releaseQuarantined } from '../sync/quarantine/release.ts'
import { pauseSource, requestRuns, resumeSource } from '../sync/queue/request.ts'

const unknownSource = (): Error => hubError('BAD_USER_INPUT', 'Không có nguồn này. · There is no such source.')

/** The streams of a source that the caller may act on; a foreign source is as unknown as one that is not there. */
async function streamsOf(context: GraphContext, source: string, stream?: string | null): Promise<Wanted[]> {
  const { agencyRange } = context.caller
  const { rows } = await sql<{ id: string; agency_path: string }>`
    select s.id, o.agency_path from stream s join source o on o.id = s.source_id
    where o.id = ${source} and o.configured order by s.id
  `.execute(context.db)
  const seen = rows.filter(
    (row) =>
      agencyRange !== null &&
      (agencyRange.from === null ||
        agencyRange.to === null ||
        (row.agency_path >= agencyRange.from && row.agency_path < agencyRange.to)),
  )
  if (seen.length === 0) throw unknownSource()
  const wanted = seen.filter((row) => stream === undefined || stream === null || row.id === stream)
  if (wanted.length === 0)
    throw hubError('BAD_USER_INPUT', 'Nguồn không có luồng này. · The source has no such stream.')
  return wanted.map((row) => ({ source, stream: row.id }))
}

/** The runs that a request leads to: those that it joins, or opened rows that a worker takes over. */
async function askedRuns(engine: Engine, wanted: readonly Wanted[], kind: RunKind): Promise<number[]> {
  const requested = await requestRuns(engine, wanted, kind, kind === 'FULL' ? { all: true } : null)
  const ids: number[] = []
  for (const one of requested) {
    if (one.halted !== null) {
      throw hubError(
        'BAD_USER_INPUT',
        'Nguồn đang bị giữ lại: hãy cho chạy tiếp trước. · The source is halted: resume it first.',
      )
    }
    ids.push(one.run)
  }
  return ids
}

/** Quarantined ids of the caller's own sources; one foreign or unknown id refuses all. */
async function ownQuarantined(context: GraphContext, ids: readonly string[]): Promise<number[]> {
  const numbers = ids.map((id) => Number(/^(?:QuarantinedRecord:)?(\d{1,15})$/.exec(id)?.[1] ?? Number.NaN))
  const { agencyRange } = context.caller
  const { rows } = numbers.some(Number.isNaN)
    ? { rows: [] }
    : await sql<{ id: number }>`
        select q.id from quarantine q join source o on o.id = q.source_id
        where q.id = any(${numbers}::bigint[])
          and ${agencyRange === null ? sql`false` : agencyRange.from === null || agencyRange.to === null ? sql`true` : sql`o.agency_path >= ${agencyRange.from} and o.agency_path < ${agencyRange.to}`}
      `.execute(context.db)
  if (rows.length !== new Set(numbers).size) {
    throw hubError('BAD_USER_INPUT', 'Có bản ghi không tồn tại. · A record is not there.')
  }
  return [...new Set(numbers)]
}

/** What an operator may do. Each action is complete when its answer comes; runs go on in the workers. */
export function actionMappings(engine: Engine): readonly TypeMapping[] {
  const runs = (kind: (args: Record<string, unknown>) => RunKind): TypeMapping['fields'][string] => ({
    kind: 'resolver',
    async resolve(_root, args: Record<string, unknown>, context, info) {
      const wanted = await streamsOf(context, String(args['id']), args['stream'] as string | null)
      const ids = await askedRuns(engine, wanted, kind(args))
      return context.fetch(
        'Run',
        (row, scope) => `${row}.id = any(${scope.statement.value(ids, 'bigint[]')})`,
        (row) => `${row}.id`,
        info,
      )
    },
  })
  const pausing = (act: typeof pauseSource): TypeMapping['fields'][string] => ({
    kind: 'resolver',
    async resolve(_root, args: Record<string, unknown>, context, info) {
      const id = String(args['id'])
      await streamsOf(context, id)
      await act(engine, id)
      const found = await context.fetch(
        'Source',
        (row, scope) => `${row}.id = ${scope.statement.value(id, 'text')}`,
        (row) => `${row}.id`,
        info,
      )
      return found[0]
    },
  })
  return [
    {
      type: 'Mutation',
      fields: {
        runSource: runs((args) => (args['full'] === true ? 'FULL' : 'CHANGES')),
        replaySource: runs(() => 'REPLAY'),
        pauseSource: pausing(pauseSource),
        resumeSource: pausing(resumeSource),
        releaseQuarantined: {
          kind: 'resolver',
          async resolve(_root, args: Record<string, unknown>, context) {
            return releaseQuarantined(engine, await ownQuarantined(context, args['ids'] as string[]))
          },
        },
        correctQuarantined: {
          kind: 'resolver',
          async resolve(_root, args: Record<string, unknown>, context) {
            const [id] = await ownQuarantined(context, [String(args['id'])])
            return correct(engine, id!, String(args['patch']), String(args['reason']))
          },
        },
      },
    },
  ]
}

/** The correction is stored and the record has been tried with it; true when it was taken. */
export async function correct(engine: Engine, id: number, patch: string, reason: string): Promise<boolean> {
  if (reason.trim() === '') throw hubError('BAD_USER_INPUT', 'Cần nêu lý do. · A reason is needed.')
  let parsed: unknown
  try {
    parsed = JSON.parse(patch) as unknown
  } catch {
    throw hubError('BAD_USER_INPUT', 'patch phải là JSON. · patch must be JSON.')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw hubError('BAD_USER_INPUT', 'patch phải là một đối tượng JSON. · patch must be a JSON object.')
  }
  await correctQuarantined(engine, id, parsed, reason)
  return (await releaseQuarantined(engine, [id])) === 1
}
