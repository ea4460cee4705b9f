import { dataFaults } from './data.ts'
import type { Fault } from './fault.ts'
import { folderFaults } from './folder.ts'
import { httpFaults } from './http.ts'
import { pagingFaults } from './paging.ts'
import { processFaults } from './process.ts'
import { reachFaults } from './reach.ts'
import { storeFaults } from './store.ts'

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
