// Every connector keeps every rule of the conformance kit.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { rules } from '../kit/conformance/conformance.ts'
import { loadSubject } from '../kit/conformance/subject.ts'
import type { Subject } from '../kit/conformance/subject.ts'

const shore = join(import.meta.dirname, '../../connectors')
const names = readdirSync(shore, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

it('sees the connectors', () => {
  expect(names.length).toBeGreaterThan(0)
})

describe.each(names)('%s', (name) => {
  let subject: Subject
  beforeAll(async () => {
    subject = await loadSubject(join(shore, name))
  })

  it('has the name of its folder', () => {
    expect(subject.connector.manifest.name).toBe(name)
  })

  it.for(rules)('$id $severity: $title', async ({ run }, { skip }) => {
    const verdict = await run(subject)
    if (verdict.is === 'skipped') skip(verdict.why)
    expect(verdict.is === 'broken' ? verdict.faults : []).toEqual([])
  })
})
