// The console's line of figures.
import { useTranslation } from 'react-i18next'
import { languageOf } from '../../reader/language.ts'
import { SOURCE_STATES } from '../operations.ts'
import type { Source } from '../operations.ts'
import { StateMark } from '../parts/state-mark.tsx'

/** One line of figures above the tables; nothing while nothing is known. */
export function Summary({ sources }: { sources: Source[] | undefined }) {
  const { t, i18n } = useTranslation()
  if (sources === undefined || sources.length === 0) return null
  const number = new Intl.NumberFormat(languageOf(i18n))
  const sum = (pick: (source: Source) => number) => number.format(sources.reduce((all, one) => all + pick(one), 0))
  return (
    <dl className="summary" data-part="summary">
      {SOURCE_STATES.map((state) => {
        const count = sources.filter((source) => source.state === state).length
        return count === 0 ? null : (
          <div key={state}>
            <dt>
              <StateMark kind="state" state={state} />
            </dt>
            <dd>{number.format(count)}</dd>
          </div>
        )
      })}
      <div>
        <dt>{t('records')}</dt>
        <dd>{sum((source) => source.recordCount)}</dd>
      </div>
      <div>
        <dt>{t('quarantined')}</dt>
        <dd>{sum((source) => source.quarantineCount)}</dd>
      </div>
    </dl>
  )
}
