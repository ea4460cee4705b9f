// What the domains say to the sandbox, which imports nothing of theirs: the text of src/web/sandbox/generated/declared.ts.
import type { Domain } from './define.ts'

/** Their examples and what each role may do in them: domains of agencies' rows first, then reference data. */
export function sandboxText(given: readonly Domain[]): string {
  const domains = given.toSorted((a, b) => Number(a.rows === 'open') - Number(b.rows === 'open'))
  const examples = domains.flatMap(({ sandbox }) =>
    sandbox.examples.map(({ id, ...rest }) => ({ id, domain: sandbox.heading, ...rest })),
  )
  const scopes: Record<string, string[]> = {}
  for (const { sandbox } of domains) {
    for (const [role, some] of Object.entries(sandbox.roles)) scopes[role] = [...(scopes[role] ?? []), ...some]
  }
  return [
    '// Generated from src/domains: npm run codegen. Never edited.',
    "import type { Example, RoleId } from '../example.ts'",
    '',
    `export const DECLARED_EXAMPLES: readonly Example[] = ${JSON.stringify(examples)}`,
    `export const DECLARED_SCOPES: { readonly [R in RoleId]?: readonly string[] } = ${JSON.stringify(scopes)}`,
    '',
  ].join('\n')
}
