// The procedures of the demonstration's town.
import type { TownAgency, TownProcedure } from '../contract/index.ts'
import { communeProcedures } from './town-commune-procedures.ts'
import { provinceProcedures } from './town-province-procedures.ts'

const procedureGroups = [...communeProcedures, ...provinceProcedures]
const audience = { C: 'CITIZEN', B: 'BUSINESS' } as const

/**
 * The town's procedures, the most asked for first: the first of every field, then the second, and so on. Those of the communes
 * are shared out among the committees given.
 */
export function townProcedures(agencies: readonly TownAgency[]): TownProcedure[] {
  const committees = agencies.filter(({ unit, parent }) => unit !== null && parent === 'H53').map(({ code }) => code)
  const longest = Math.max(...procedureGroups.map(({ procedures }) => procedures.length))
  const inTurn = Array.from({ length: longest }, (_, rank) =>
    procedureGroups.flatMap(({ field, agency, procedures }) => {
      const found = procedures[rank]
      return found === undefined ? [] : [{ field, agency, found }]
    }),
  ).flat()
  let shared = 0
  return inTurn.map(({ field, agency, found: [code, days, audiences, name] }) => ({
    code,
    name,
    field,
    agency: agency === 'ward' ? committees[shared++ % committees.length]! : `H53.${agency}`,
    audiences: Array.from(audiences, (letter) => audience[letter as keyof typeof audience]),
    days,
  }))
}
