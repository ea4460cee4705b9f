// What went wrong, in a sentence.
import { Alert } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { localTime } from '../../reader/local-time.ts'
import { AskFailure } from '../ask.ts'

type Props = { error: Error; dataUpdatedAt?: number; title?: string }

/** What went wrong in a sentence, with its code and the hub's own words; whether older figures are still shown. */
export function Problem({ error, dataUpdatedAt = 0, title }: Props) {
  const { t, i18n } = useTranslation()
  const code = error instanceof AskFailure ? error.code : 'INTERNAL'
  const sentence = i18n.exists(`error.${code}`) ? t(`error.${code}`) : null
  return (
    <Alert color="red.9" variant="outline" role="alert" data-part="problem" title={title ?? t('error.title')} mb="md">
      {sentence} <code>{code}</code> <span className="quiet">{error.message}</span>
      {dataUpdatedAt === 0 ? null : (
        <div>{t('error.stale', { time: localTime(new Date(dataUpdatedAt).toISOString()) })}</div>
      )}
    </Alert>
  )
}
