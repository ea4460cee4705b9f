// The mark of a source's or run's state.
import { useTranslation } from 'react-i18next'
import type { RunState, SourceState } from '../operations.ts'

const SIGNS = {
  HEALTHY: ['good', '●'],
  LATE: ['warn', '▲'],
  FAILING: ['bad', '■'],
  PAUSED: ['calm', '❙❙'],
  NEVER_RUN: ['calm', '○'],
  WAITING: ['calm', '○'],
  RUNNING: ['busy', '▶'],
  SUCCEEDED: ['good', '●'],
  SUCCEEDED_WITH_REJECTS: ['warn', '▲'],
  FAILED: ['bad', '■'],
  CANCELLED: ['calm', '×'],
} as const

/** A state by its name, a shape and a colour: the colour says nothing alone. */
export function StateMark({ kind, state }: { kind: 'state' | 'run'; state: SourceState | RunState }) {
  const { t } = useTranslation()
  const [tone, sign] = SIGNS[state]
  return (
    <span className={`state ${tone}`} data-state={state}>
      <span aria-hidden="true">{sign}</span> {t(`${kind}.${state}`)}
    </span>
  )
}
