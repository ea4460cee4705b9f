import { dataFaults } from './data-faults.ts'
import type { Fault } from './fault.ts'
import { folderFaults } from './folder-faults.ts'
import { httpFaults } from './http-faults.ts'
import { pagingFaults } from './paging-faults.ts'
import { processFaults } from './process-faults.ts'
import { reachFaults } from './reach-faults.ts'
import { storeFaults } from './store-faults.ts'

/** What any source may do, over HTTP or in its folder. */
export const sourceFaults: readonly Fault[] = [...httpFaults, ...reachFaults, ...folderFaults]
/** What only the fault source can do. */
export const ownFaults: readonly Fault[] = [...pagingFaults, ...dataFaults]
/** What befalls the process and the store. */
export const hubFaults: readonly Fault[] = [...processFaults, ...storeFaults]

/** Faults that are not injected anywhere, by name. */
export const notInjected: readonly { readonly id: string; readonly why: string }[] = [
  { id: 'F43', why: 'the hub calls no consumers back: there are no webhooks' },
]
