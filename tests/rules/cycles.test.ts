// The rule that no files import each other in a circle, type imports included: the linter does not see those.
import { posix } from 'node:path'
import { expect, it } from 'vitest'
import type { HouseFile } from './house.ts'
import { houseFiles } from './house.ts'

const specifier = /^(?:import|export)\b[^'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm

/** The files that each file names, by path; packages are none of them. */
export function importsOf(files: readonly HouseFile[]): ReadonlyMap<string, readonly string[]> {
  const known = new Set(files.map(({ path }) => path))
  return new Map(
    files.map(({ path, text }) => {
      const names = [...text.matchAll(specifier)].map(([, stated, dynamic]) => stated ?? dynamic ?? '')
      const targets = names.map((name) =>
        name === '#connector' ? 'src/contract/index.ts' : posix.join(posix.dirname(path), name),
      )
      return [path, targets.filter((target) => known.has(target))]
    }),
  )
}

/** The circles: sets of files each of which reaches every other one (Tarjan's strongly connected components). */
export function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const path: string[] = []
  const onPath = new Set<string>()
  const circles: string[][] = []
  const visit = (file: string): void => {
    order.set(file, order.size)
    low.set(file, order.get(file)!)
    path.push(file)
    onPath.add(file)
    for (const target of imports.get(file) ?? []) {
      if (!order.has(target)) visit(target)
      if (onPath.has(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!))
    }
    if (low.get(file) !== order.get(file)) return
    const circle = path.splice(path.indexOf(file))
    for (const one of circle) onPath.delete(one)
    if (circle.length > 1 || imports.get(file)?.includes(file) === true) circles.push(circle.toSorted())
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return circles
}

it('no files import each other in a circle, and the whole house is seen', () => {
  const imports = importsOf(
    houseFiles('src', 'connectors', 'tests', 'migrations').filter(({ path }) => /\.tsx?$/.test(path)),
  )
  expect(imports.size).toBeGreaterThan(500)
  expect([...imports.values()].flat().length).toBeGreaterThan(2_000)
  expect(circlesOf(imports)).toEqual([])
})

it('a planted circle is found, also one of types and one over a front door', () => {
  const files: readonly HouseFile[] = [
    { path: 'src/a/one.ts', text: "import type { Two } from './two.ts'" },
    { path: 'src/a/two.ts', text: "export {\n three,\n} from '../b/three.ts'" },
    { path: 'src/b/three.ts', text: "export const one = await import('../a/one.ts')" },
    { path: 'src/b/four.ts', text: "import { three } from './three.ts'\nimport pg from 'pg'" },
  ]
  expect(circlesOf(importsOf(files))).toEqual([['src/a/one.ts', 'src/a/two.ts', 'src/b/three.ts']])
  expect(circlesOf(importsOf([{ path: 'src/contract/index.ts', text: "import { a } from '#connector'" }]))).toEqual([
    ['src/contract/index.ts'],
  ])
})
