// The rule that no function is longer than eighty lines, tables of data excepted.
import { expect, it } from 'vitest'
import { parseAst } from 'vite'
import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

const maxLines = 80

/** Functions that give one literal: a table of data may be long. */
const tables: ReadonlySet<string> = new Set([
  'src/operations/mapping.ts operationMappings',
  'src/domains/dossier/mapping.ts dossierMapping',
])

/** Functions that are being split, with the lines they may have until then. Nothing is added here. */
const leftOver: Readonly<Record<string, number>> = {
  'connectors/camera/emulator/frigate.ts frigateOf': 97,
  'connectors/camera/emulator/index.ts emulator': 149,
  'connectors/e-office/emulator/data.ts documentsOf': 88,
  'connectors/e-office/emulator/index.ts (anonymous)': 202,
  'connectors/e-office/emulator/xml.ts edxmlOf': 117,
  'connectors/one-stop/emulator/course.ts courseOf': 83,
  'connectors/one-stop/emulator/index.ts (anonymous)': 104,
  'connectors/procedure-catalogue/emulator/index.ts (anonymous)': 157,
  'connectors/reporting-sdmx/emulator/index.ts (anonymous)': 88,
  'connectors/reporting-sdmx/emulator/message.ts jsonMessage': 90,
  'connectors/reporting-sdmx/emulator/monthly.ts monthlyFlow': 116,
  'connectors/reporting-sdmx/json-message.ts recordsOf': 86,
  'connectors/reporting-workbook/emulator/town.ts officeOf': 85,
  'src/access/policy/policy.ts openPolicy': 103,
  'src/domains/dossier/statistics/complementary-suppression.ts attempt': 120,
  'src/domains/dossier/statistics/lattice.ts toldStatistics': 126,
  'src/federation/answer/authorized-operation.ts authorize': 86,
  'src/federation/answer/fast-path.ts openFastPath': 112,
  'src/federation/answer/projection.ts openProjection': 83,
  'src/federation/execute/remote.ts openRemote': 101,
  'src/federation/execute/run-plan.ts runPlan': 193,
  'src/federation/plan/fallback-planner.ts fallbackPlan': 324,
  'src/federation/remotes/registry.ts openRegistry': 139,
  'src/gateway/graphql/complexity.ts measure': 115,
  'src/gateway/graphql/operation-server.ts openOperationServer': 125,
  'src/gateway/stream/operation.ts openStreamOperations': 207,
  'src/gateway/stream/operation.ts streamed': 94,
  'src/graph/execute/execute.ts openExecutor': 114,
  'src/graph/execute/execute.ts (anonymous)': 92,
  'src/graph/subscribe/source-events.ts openSourceEvents': 139,
  'src/graph/subscribe/subscribe.ts openSubscribe': 114,
  'src/main/serve.ts serve': 82,
  'src/reference/import.ts importReference': 81,
  'src/reference/units/merge.ts mergeUnitTables': 93,
  'src/web/console/panels/source-rows.tsx SourceRows': 92,
  'src/web/sandbox/caller.ts openCaller': 107,
  'src/web/sandbox/role-bar.tsx RoleBar': 88,
}

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
    tables.has(name) || lines <= (leftOver[name] ?? maxLines)
      ? []
      : [`${name} has ${lines} lines, at most ${maxLines}`],
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
