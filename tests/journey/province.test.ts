// A province from its sources to the answers of the hub.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCameras } from './truth/cameras.ts'
import { everythingIsAsTheSourcesMeanIt } from './checks/entities.ts'
import { operationsAreTold } from './checks/operations.ts'
import { questionsAreAnswered } from './checks/questions.ts'
import { statisticsAreRight } from './checks/statistics.ts'
import { rowsAreThoseOfTheSubtree } from './checks/subtree.ts'
import type { Row } from './client.ts'
import { documentStates } from './truth/documents.ts'
import { readObservations } from './truth/figures.ts'
import { province, hub, reader, runs, dossiers, factsByStream, openJourney, pull, closeJourney } from './journey.ts'
import { missing } from './province.ts'

beforeAll(async () => {
  if (missing.length === 0) await openJourney(10)
})
afterAll(async () => {
  if (missing.length === 0) await closeJourney()
})

describe.skipIf(missing.length > 0)('the first pull of the demonstration province', () => {
  it('takes every record that the sources mean and sets aside exactly the dirt', () => {
    const dirt = province.dirt()
    const facts = factsByStream()
    expect(
      runs.map(({ source, stream, state, written, removed, rejected, failure_code }) => ({
        stream: `${source}/${stream}`,
        state,
        written,
        removed,
        rejected,
        failure_code,
      })),
    ).toEqual(
      [...dirt]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([stream, rejected]) => ({
          stream,
          state: rejected > 0 ? 'SUCCEEDED_WITH_REJECTS' : 'SUCCEEDED',
          written: facts.get(stream) ?? 0,
          removed: 0,
          rejected,
          failure_code: null,
        })),
    )
  })

  everythingIsAsTheSourcesMeanIt()
  questionsAreAnswered()
  operationsAreTold()
  statisticsAreRight()
  rowsAreThoseOfTheSubtree()
})

describe.skipIf(missing.length > 0)('the province after it has lived on for eighteen hours', () => {
  let before: {
    documents: ReadonlyMap<unknown, unknown>
    cameras: Record<string, Row>
    observations: Record<string, Row>
  }

  beforeAll(async () => {
    before = {
      documents: await documentStates(reader),
      cameras: await readCameras(reader),
      observations: await readObservations(reader),
    }
    await province.advance(18 * 3_600_000)
    await pull()
  })

  it('is read without a failure', () => {
    expect(runs.filter(({ state }) => !state.startsWith('SUCCEEDED'))).toEqual([])
  })

  it('has changed in every way that the sources can change', async () => {
    const watched = [...dossiers.values()]
    expect(watched.filter(({ events }) => events.length > 1).length).toBeGreaterThan(5)
    expect(watched.filter(({ dueDates }) => dueDates.length > 1).length).toBeGreaterThan(0)
    expect(watched.filter(({ finishedAt }) => finishedAt !== null).length).toBeGreaterThan(0)
    expect(watched.filter(({ returnedAt }) => returnedAt !== null).length).toBeGreaterThan(0)
    const revoked = [...(await documentStates(reader))].filter(([, state]) => state === 'REVOKED')
    expect(revoked.filter(([key]) => before.documents.get(key) === 'CURRENT').length).toBeGreaterThan(0)
    const cameras = await readCameras(reader)
    expect(
      Object.entries(cameras).filter(([key, row]) => before.cameras[key]!['online'] === true && row['online'] === false)
        .length,
    ).toBeGreaterThan(0)
    const observations = await readObservations(reader)
    const kept = Object.entries(before.observations)
    expect(kept.filter(([key]) => observations[key] === undefined).length).toBeGreaterThan(0)
    expect(
      kept.filter(([key, row]) => observations[key] !== undefined && observations[key]['value'] !== row['value'])
        .length,
    ).toBeGreaterThan(0)
    const removedFrom = runs.filter(({ removed }) => removed > 0).map(({ source }) => source)
    expect(removedFrom).toContain('reporting-sdmx')
    expect(removedFrom).toContain('procedure-catalogue')
  })

  everythingIsAsTheSourcesMeanIt()
  statisticsAreRight()
  rowsAreThoseOfTheSubtree()

  it('is written no second time while the clock is stopped', async () => {
    const again = await hub.sync()
    expect(
      again.map(({ source, stream, written, removed, failure_code }) => ({
        source,
        stream,
        written,
        removed,
        failure_code,
      })),
    ).toEqual(again.map(({ source, stream }) => ({ source, stream, written: 0, removed: 0, failure_code: null })))
  })

  it('is written no second time by a reading of everything either', async () => {
    const again = await hub.sync({ kind: 'FULL' })
    expect(
      again.map(({ source, stream, written, removed, failure_code }) => ({
        source,
        stream,
        written,
        removed,
        failure_code,
      })),
    ).toEqual(again.map(({ source, stream }) => ({ source, stream, written: 0, removed: 0, failure_code: null })))
  })
})
