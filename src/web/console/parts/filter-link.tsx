// A link to a filtered list of the console.
import type { MouseEvent, ReactNode } from 'react'
import { useUrlState } from '../url-state.ts'

type Props = { source: string; state?: string; heading: string; className?: string; children: ReactNode }

/**
 * Leads to a list of this page, filtered: the address says what is seen, so the link can be opened elsewhere too. Within
 * the page nothing is loaded again, because a pasted token would be lost.
 */
export function FilterLink({ source, state, heading, className, children }: Props) {
  const [, changeUrl] = useUrlState()
  const params = new URLSearchParams({ source, ...(state === undefined ? {} : { state }) })

  function follow(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    changeUrl({ source, state: state ?? null, runsAfter: null, quarantineAfter: null })
    document.getElementById(heading)?.focus()
  }

  return (
    <a href={`?${params}#${heading}`} className={className} onClick={follow}>
      {children}
    </a>
  )
}
