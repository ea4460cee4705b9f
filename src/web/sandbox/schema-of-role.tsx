// Reads the schema again when the role changes.
import { useGraphiQLActions } from '@graphiql/react'
import { useEffect, useRef } from 'react'

/** Draws nothing: reads the schema again whenever the role changes, so that the editor knows what the role may use. */
export function SchemaOfRole({ role, forget }: { role: string; forget: () => void }) {
  const { introspect } = useGraphiQLActions()
  const known = useRef(role)
  useEffect(() => {
    if (known.current === role) return
    known.current = role
    forget()
    void introspect()
  }, [role, forget, introspect])
  return null
}
