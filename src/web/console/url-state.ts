// The part of the console's state that the address keeps.
import { useCallback, useSyncExternalStore } from 'react'

/** What the address keeps: the filters, the opened source, the cursors of the lists. A link shows what its sender saw. */
export type UrlKey = 'source' | 'state' | 'open' | 'runsAfter' | 'quarantineAfter'

const CHANGED = 'hub:address'

export function useUrlState(): [URLSearchParams, (changes: Partial<Record<UrlKey, string | null>>) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search)
  const change = useCallback((changes: Partial<Record<UrlKey, string | null>>) => {
    const params = new URLSearchParams(location.search)
    for (const [key, value] of Object.entries(changes)) {
      if (value == null || value === '') params.delete(key)
      else params.set(key, value)
    }
    const query = params.toString()
    history.pushState(null, '', `${location.pathname}${query === '' ? '' : `?${query}`}`)
    window.dispatchEvent(new Event(CHANGED))
  }, [])
  return [new URLSearchParams(search), change]
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(CHANGED, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(CHANGED, listener)
  }
}
