// What a person who has just started the hub needs next.
import type { Config } from '../config/index.ts'
import { rowScopesOf } from '../domains/gather.ts'
import { house } from '../domains/index.ts'
import { provinceCode } from './access/agency-ranges.ts'
import type { FirstPull } from './process/first-pull.ts'
import type { Serving } from './serve.ts'

/** What a person who has just started the hub needs next: where things are, ready tokens, one query to paste. */
export async function welcome(config: Config, serving: Serving, first: FirstPull): Promise<string> {
  const { url } = serving.gateway
  const lines = [
    '',
    first.pulled ? `Ready (first pull ${first.seconds.toFixed(0)} s)` : 'Ready',
    '',
    `  Sandbox    ${url}/sandbox`,
    `  Console    ${url}/console`,
    `  GraphQL    ${url}/graphql`,
  ]
  if (first.failed.length > 0) {
    lines.push('', `  Not pulled: ${first.failed.join(', ')}; npx --no hub sources says why and who acts.`)
  }
  if (serving.issuer !== null) {
    const purposes = config.purposes.map((one) => one.code)
    const mint = async (scope: string, agency: string): Promise<string> =>
      (await serving.issuer!.mint({ scope, agency, purposes, ttlSeconds: 86_400, subject: 'developer' })).token
    const all = Object.keys(house.scopes).filter((scope) => scope !== 'subgraph:compose')
    const masked = all.filter((scope) => scope.endsWith(':masked'))
    const province = await mint(all.filter((scope) => !masked.includes(scope)).join(' '), provinceCode)
    const ward = await mint([...rowScopesOf(house.domains), ...masked].join(' '), 'H53.21')
    lines.push(
      '',
      '  Tokens of the development issuer, good for 24 hours (more: npx --no hub token --help)',
      '',
      `  The whole province, every scope:`,
      `  ${province}`,
      '',
      `  One ward (H53.21), applicants masked:`,
      `  ${ward}`,
      '',
      '  One query to paste:',
      '',
      `  curl -s ${url}/graphql -H 'content-type: application/json' \\`,
      `    -H 'authorization: Bearer ${ward}' \\`,
      `    -d '{"query":"{ dossiers(first: 3) { totalCount nodes { code status dueAt overdue agency { name } procedure { name } } } }"}'`,
    )
  }
  lines.push('', '  Ctrl-C stops the hub; the data stays.', '')
  return lines.join('\n')
}
