import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { describe, expect, it } from 'vitest'

import type { Manifest } from '../../src/contract/connector.ts'
import { root } from './house.ts'

const folder = join(root, 'connectors')
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.ts')))

interface Found {
  readonly folder: string
  readonly manifest: Pick<Manifest, 'name' | 'streams'>
  readonly hasPage: boolean
}
export function connectorFaults({ folder: own, manifest, hasPage }: Found): string[] {
  return [
    ...(manifest.name === own ? [] : [`connectors/${own} calls itself ${manifest.name}`]),
    ...(hasPage ? [] : [`docs/connectors/${own}.md is missing`]),
    ...(Object.keys(manifest.streams).length > 0 ? [] : [`connectors/${own} has no stream`]),
  ]
}

it('there are connectors to look at', () => {
  expect(names.length).toBeGreaterThan(0)
})

describe.each(names)('the connector %s', (own) => {
  it('bears the name of its folder and has a page', async () => {
    const module = (await import(pathToFileURL(join(folder, own, 'index.ts')).href)) as {
      default: { manifest: Manifest }
    }
    const hasPage = existsSync(join(root, 'docs', 'connectors', `${own}.md`))
    expect(connectorFaults({ folder: own, manifest: module.default.manifest, hasPage })).toEqual([])
  })
})

it('a planted other name, missing page and missing stream are found', () => {
  expect(connectorFaults({ folder: 'a', manifest: { name: 'b', streams: {} }, hasPage: false })).toHaveLength(3)
})
