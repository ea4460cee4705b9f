// The filter of the console's lists.
import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Source } from '../operations.ts'
import { useUrlState } from '../url-state.ts'

/** One filter for both lists, kept in the address: the runs and the quarantine of a source belong together. */
export function SourceFilter({ sources }: { sources: Source[] }) {
  const { t } = useTranslation()
  const [url, changeUrl] = useUrlState()
  const chosen = url.get('source') ?? ''
  const known = chosen === '' || sources.some((source) => source.id === chosen)
  return (
    <NativeSelect
      size="xs"
      label={t('source')}
      className="filter"
      data-part="source-filter"
      value={chosen}
      onChange={(event) => changeUrl({ source: event.currentTarget.value, runsAfter: null, quarantineAfter: null })}
      data={[
        { value: '', label: t('all') },
        ...(known ? [] : [{ value: chosen, label: chosen }]),
        ...sources.map((source) => ({ value: source.id, label: source.title })),
      ]}
    />
  )
}
