// Opening the hub or only its database for one command, and closing it again.
import type { Config } from '../config/index.ts'
import type { Hub } from '../main/hub.ts'
import type { Store } from '../main/store.ts'

/**
 * What `act` gives, with the hub of this home open meanwhile. `reads`: whether sources are read, so that their secrets and
 * the demonstration's emulators must be there.
 */
export async function withHub<T>(name: string, reads: boolean, act: (hub: Hub) => Promise<T>): Promise<T> {
  const { readConfig } = await import('../main/config.ts')
  const { openHub } = await import('../main/hub.ts')
  const hub = await openHub(await readConfig(reads ? 'now' : 'later'), { name, reads })
  try {
    return await act(hub)
  } finally {
    await hub.close()
  }
}

/** What `act` gives, with only the database and the key of this home open meanwhile. */
export async function withStore<T>(name: string, act: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const { readConfig } = await import('../main/config.ts')
  const { openStore } = await import('../main/store.ts')
  const config = await readConfig('later')
  const store = await openStore(config, name)
  try {
    return await act(store, config)
  } finally {
    await store.close()
  }
}
