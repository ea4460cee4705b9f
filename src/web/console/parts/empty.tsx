// The text of an empty list.
import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** A list that was read and is empty: neither a zero in a cell nor an error. */
export function Empty({ text }: { text: string }) {
  return (
    <p className="empty" data-part="empty">
      {text}
    </p>
  )
}

/** Nothing has been read yet. */
export function Waiting() {
  const { t } = useTranslation()
  return (
    <div className="waiting" aria-busy="true" data-part="waiting">
      <span className="hidden">{t('waiting')}</span>
      <Skeleton height={14} mb={10} />
      <Skeleton height={14} mb={10} width="80%" />
      <Skeleton height={14} width="60%" />
    </div>
  )
}
