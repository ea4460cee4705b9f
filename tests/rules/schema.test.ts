import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { DocumentNode, GraphQLSchema } from 'graphql'
import { buildASTSchema, concatAST, extendSchema, findBreakingChanges, parse, visit } from 'graphql'
import { describe, expect, it } from 'vitest'

import { houseFiles, root } from './house.ts'

const released = join(root, 'schema', 'released.graphql')
const files = houseFiles('schema').filter(({ path }) => path.endsWith('.graphql') && !path.endsWith('released.graphql'))

/** The schema of several files, whether they define or extend; directives need not be declared. */
function schemaOf(...texts: string[]): GraphQLSchema {
  const document = concatAST(texts.map((text) => parse(text)))
  const definitions = document.definitions.filter(({ kind }) => !kind.endsWith('Extension'))
  const base = buildASTSchema({ ...document, definitions }, { assumeValidSDL: true })
  return extendSchema(base, document, { assumeValidSDL: true })
}

export const breaking = (before: string, ...after: string[]): string[] =>
  findBreakingChanges(schemaOf(before), schemaOf(...after)).map(({ description }) => description)

const kinds =
  'ObjectType InterfaceType InputObjectType EnumType UnionType ScalarType Directive Field InputValue EnumValue'
const described = new Set(kinds.split(' ').map((kind) => `${kind}Definition`))
const bilingual = (text: string | undefined) => {
  const [vietnamese = '', english = '', ...more] = (text ?? '').trim().split(/\s\/\s/)
  return vietnamese.trim() !== '' && english.trim() !== '' && more.length === 0
}

/** Every type, field, argument and value whose description lacks one of the two languages: `Hồ sơ. / A dossier.` */
export function undescribed(document: DocumentNode): string[] {
  const path: string[] = []
  const faults: string[] = []
  visit(document, {
    enter: (node) => {
      if (!('name' in node) || !/(Definition|Extension)$/.test(node.kind)) return undefined
      path.push(node.name?.value ?? '')
      const text = 'description' in node ? node.description?.value : undefined
      if (described.has(node.kind) && !bilingual(text)) faults.push(path.join('.'))
      return undefined
    },
    leave: (node) => {
      if ('name' in node && /(Definition|Extension)$/.test(node.kind)) path.pop()
    },
  })
  return faults
}

describe('the published schema', () => {
  it('is there, and so is the last released one', () => {
    expect(files.length).toBeGreaterThan(3)
    expect(existsSync(released)).toBe(true)
  })

  it('breaks nothing that was released', () => {
    expect(breaking(readFileSync(released, 'utf8'), ...files.map(({ text }) => text))).toEqual([])
  })

  it.each(files.map(({ path, text }) => [path, text]))(
    '%s says everything in Vietnamese and in English',
    (_path, text) => {
      expect(undescribed(parse(text))).toEqual([])
    },
  )
})

describe('the guards themselves', () => {
  it('find a field that was taken away, also one of an extension', () => {
    const before = 'type Query { a: Int } extend type Query { b: Int }'
    expect(breaking(before, 'type Query { a: Int }')).toEqual(['Query.b was removed.'])
    expect(breaking(before, 'type Query { a: Int }', 'extend type Query { b: Int c: Int }')).toEqual([])
  })

  it('find what is not described, or in one language only', () => {
    const text = '"Một. / One." type A { "Hai." b: Int, "Ba. / Three." c(d: Int): Int } extend type Q { e: Int }'
    expect(undescribed(parse(text))).toEqual(['A.b', 'A.c.d', 'Q.e'])
  })
})
