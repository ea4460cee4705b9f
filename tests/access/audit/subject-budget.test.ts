// Tests of the daily budget of subjects.
import { expect, it } from 'vitest'
import { anonymous } from '../../../src/access/caller.ts'
import { openSubjectBudget } from '../../../src/access/audit/subject-budget.ts'

const caller = (subject: string) => ({ ...anonymous, issuer: 'https://sso.example', subject })

it('A38 a caller who reads one person after another is reported, then refused, and may continue the next day', () => {
  let now = 0
  const alarms: unknown[] = []
  const spend = openSubjectBudget({
    maxSubjects: 10,
    now: () => now,
    alarm: ({ subject }, count, refused) => alarms.push([subject, count, refused]),
  })
  for (let person = 0; person < 10; person += 1) spend(caller('walker'), [`Dossier:${person}`, `Dossier:${person}`])
  expect(alarms).toEqual([['walker', 2, false]])
  expect(() => spend(caller('walker'), ['Dossier:10'])).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
  expect(() => spend(caller('walker'), ['Dossier:11'])).toThrow()
  expect(alarms).toEqual([
    ['walker', 2, false],
    ['walker', 10, true],
  ])
  spend(caller('walker'), ['Dossier:3'])
  spend(caller('other'), ['Dossier:10'])
  now = 86_400_000
  spend(caller('walker'), ['Dossier:10'])
})
