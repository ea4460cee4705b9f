// The rule that no function is longer than eighty lines, tables of data excepted.
import { expect, it } from 'vitest'
import { parseAst } from 'vite'
import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

const maxLines = 80

/** Functions that give one literal: a table of data may be long. */
const tables: ReadonlySet<string> = new Set(['src/domains/dossier/mapping.ts dossierMapping'])

export interface FunctionLength {
  /** `src/a.ts name`. */
  readonly name: string
  readonly lines: number
}

type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** Every function of the files with its length, from its head to its last line; nested ones count on their own too. */
export function functionLengths(files: readonly HouseFile[]): FunctionLength[] {
  return files.flatMap(({ path, text }) => {
    const found: FunctionLength[] = []
    const visit = (node: Node, name: string): void => {
      const named = nameOf(node) ?? name
      if (functions.has(node.type)) {
        const lines = text.slice(node.start, node.end).split('\n').length
        found.push({ name: `${path} ${named === '' ? '(anonymous)' : named}`, lines })
      }
      // A function inside a function or a call has its own name or none.
      const passed = ['VariableDeclarator', 'Property', 'MethodDefinition', 'PropertyDefinition'].includes(node.type)
        ? named
        : ''
      for (const member of Object.values(node)) {
        for (const child of Array.isArray(member) ? (member as unknown[]) : [member]) {
          if (isNode(child)) visit(child, passed)
        }
      }
    }
    const lang = path.endsWith('.tsx') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js'
    visit(parseAst(text, { lang }, path) as unknown as Node, '')
    return found
  })
}

function nameOf(node: Node): string | undefined {
  const id = isNode(node['id']) ? node['id'] : isNode(node['key']) ? node['key'] : undefined
  return typeof id?.['name'] === 'string' ? id['name'] : undefined
}

export const lengthFaults = (found: readonly FunctionLength[]): string[] =>
  found.flatMap(({ name, lines }) =>
    tables.has(name) || lines <= maxLines ? [] : [`${name} has ${lines} lines, at most ${maxLines}`],
  )

it('no function is longer than eighty lines, and the whole house is seen', () => {
  const files = houseFiles('src', 'connectors', 'bin').filter(
    ({ path }) => /\.(ts|tsx|js)$/.test(path) && !/\.test\.ts$|^src\/generated\//.test(path),
  )
  const found = functionLengths(files)
  expect(found.length).toBeGreaterThan(500)
  for (const room of ['src/sync/', 'src/web/', 'connectors/', 'bin/']) {
    expect(
      found.some(({ name }) => name.startsWith(room)),
      room,
    ).toBe(true)
  }
  expect(lengthFaults(found)).toEqual([])
})

it('every table in the list is one: it exists and is longer than eighty lines', () => {
  const found = functionLengths(houseFiles('src').filter(({ path }) => path.endsWith('.ts')))
  const long = new Set(found.filter(({ lines }) => lines > maxLines).map(({ name }) => name))
  expect([...tables].filter((name) => !long.has(name))).toEqual([])
})

it.each([
  ['function long() {', '}', 'long'],
  ['export const long = async <T,>(): Promise<T> => {', '}', 'long'],
  ['export const o = { long(): void {', '} }', 'long'],
  ['class C { static long() {', '} }', 'long'],
  ['call(() => {', '})', '(anonymous)'],
])('a planted function of 81 lines is found: %s', (head, tail, name) => {
  const lines = (count: number): string => [head, ...Array<string>(count - 2).fill('  void 0'), tail].join('\n')
  expect(lengthFaults(functionLengths([{ path: 'src/a.ts', text: lines(80) }]))).toEqual([])
  expect(lengthFaults(functionLengths([{ path: 'src/a.ts', text: lines(81) }]))).toEqual([
    `src/a.ts ${name} has 81 lines, at most 80`,
  ])
})
