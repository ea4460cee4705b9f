// A short announcement that disappears by itself.
import { useEffect, useState } from 'react'

const SHOWN_MS = 8_000

/** A sentence that says what has just been done; it disappears by itself. */
export function useAnnouncement(): [string, (text: string) => void] {
  const [said, say] = useState('')
  useEffect(() => {
    if (said === '') return undefined
    const timer = setTimeout(() => say(''), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [said])
  return [said, say]
}
