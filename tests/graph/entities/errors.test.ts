import { expect, it } from 'vitest'
import type { Denial } from '../../../src/access/policy/decide.ts'
import { pathsOf } from '../../../src/graph/entities/errors.ts'

const denial = (typeName: string, ...path: string[]): Denial => ({
  path,
  typeName,
  fieldName: path.at(-1)!,
  code: 'UNAUTHORIZED_FIELD_OR_TYPE',
  shared: false,
})
const dossier = { __typename: 'Dossier', id: 'Dossier:s:1' }
const agency = { __typename: 'Agency', code: 'H53' }

it('puts the place in the list for each representation of the type', () => {
  const asked = new Map([['e', [dossier, agency, { __typename: ['Dossier'] }, dossier]]])
  expect(pathsOf(denial('Dossier', 'e', 'applicant'), asked, 1)).toEqual([
    ['e', 0, 'applicant'],
    ['e', 3, 'applicant'],
  ])
})

it('puts it deeper down where one type alone can have led there', () => {
  const deep = denial('Dossier', 'e', 'dossiers', 'nodes', 'applicant')
  expect(pathsOf(deep, new Map([['e', [agency, agency]]]), 1)).toEqual(
    [0, 1].map((place) => ['e', place, 'dossiers', 'nodes', 'applicant']),
  )
  expect(pathsOf(deep, new Map([['e', [agency, dossier]]]), 1)).toEqual([deep.path])
})

it('leaves other paths as they are, and those of which there would be too many', () => {
  expect(pathsOf(denial('Query', 'dossiers'), new Map(), 1)).toEqual([['dossiers']])
  const many = new Map([['e', Array.from({ length: 1_000 }, () => dossier)]])
  expect(pathsOf(denial('Dossier', 'e', 'applicant'), many, 10)).toHaveLength(1_000)
  expect(pathsOf(denial('Dossier', 'e', 'applicant'), many, 11)).toEqual([['e', 'applicant']])
})
