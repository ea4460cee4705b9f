// Checks that a caller sees the rows of the own subtree alone.
import { expect, it } from 'vitest'
import { readCameras } from '../truth/cameras.ts'
import type { Row } from '../client.ts'
import { documentStates, documentsInMessages } from '../truth/documents.ts'
import { externalIdOf, readDossiers, statisticsOf } from '../truth/dossiers.ts'
import { readReports } from '../truth/figures.ts'
import { province, hub, reader, agencies, dossiers, everything } from '../journey.ts'

export function rowsAreThoseOfTheSubtree(): void {
  it('shows the token of one ward exactly the rows of its subtree', async () => {
    const ward = await hub.client({ scope: everything, agency: 'H53.21', purpose: 'dossier-handling' })
    const inWard = (code: string | undefined): boolean => code !== undefined && agencies.within(code, 'H53.21')
    const all = [...dossiers.values()]
    const own = all.filter(({ record }) => inWard(record.agency?.code))
    expect(own.length).toBeGreaterThan(0)
    expect((await readDossiers(ward)).map(externalIdOf).toSorted()).toEqual(own.map(({ key }) => key).toSorted())
    const expected = documentsInMessages(province, agencies)
    const documents = expected.filter(({ sender, recipients }) => [sender, ...recipients].some(inWard))
    expect(documents.length).toBeGreaterThan(0)
    expect(documents.length).toBeLessThan(expected.length)
    expect([...(await documentStates(ward)).keys()].toSorted()).toEqual(documents.map(({ key }) => key).toSorted())
    const reports = province.facts('Report').filter(({ record }) => inWard(record.agency.code))
    expect(Object.keys(await readReports(ward)).toSorted()).toEqual(
      reports.map(({ source, key }) => `${source} ${key}`).toSorted(),
    )
    const cameras = province.facts('Camera').filter(({ record }) => inWard(record.agency?.code))
    expect(Object.keys(await readCameras(ward)).toSorted()).toEqual(cameras.map(({ key }) => key).toSorted())
    expect(await ward.ask('{ sources { id } runs { totalCount } quarantine { totalCount } }')).toEqual({
      sources: [],
      runs: { totalCount: 0 },
      quarantine: { totalCount: 0 },
    })
    const { dossierStatistics } = await ward.ask<{ dossierStatistics: Row[] }>(
      '{ dossierStatistics(groupBy: [STATUS]) { status count } }',
    )
    const counted = Object.entries(statisticsOf(own, ({ record }) => record.status, province.now()))
    expect(Object.fromEntries(dossierStatistics.map((row) => [row['status'], row['count']]))).toEqual(
      Object.fromEntries(counted.map(([status, { count }]) => [status, count])),
    )
    const foreign = (await readDossiers(reader)).find((row) => !own.some(({ key }) => key === externalIdOf(row)))!
    const one = (code: unknown) => ward.post('query($code: String!) { dossier(code: $code) { code } }', { code })
    expect((await one(foreign['code'])).text).toBe((await one('H53-none')).text)
    const node = (id: string) => ward.post('query($id: ID!) { node(id: $id) { id } }', { id })
    expect((await node(`Dossier:one-stop:${externalIdOf(foreign)}`)).text).toBe((await node('Dossier:one-stop:0')).text)
  })
}
