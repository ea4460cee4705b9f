// The domains of this hub: to add one is a line here.
import { administrativeUnitDomain } from './administrative-unit/index.ts'
import { agencyDomain } from './agency/index.ts'
import { cameraDomain } from './camera/index.ts'
import { everyDomain } from './define.ts'
import { documentDomain } from './document/index.ts'
import { dossierDomain } from './dossier/index.ts'
import { gatherDomains } from './gather.ts'
import { procedureDomain } from './procedure/index.ts'
import { reportDomain } from './report/index.ts'

/** In the order in which `search` ranks what it finds. */
const domains = everyDomain([
  agencyDomain,
  administrativeUnitDomain,
  procedureDomain,
  dossierDomain,
  documentDomain,
  reportDomain,
  cameraDomain,
])

/** What every part of the hub takes its lists from. */
export const house = gatherDomains(domains)
