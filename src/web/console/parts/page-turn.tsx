// The buttons that turn the pages of a list.
import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Listing } from '../operations.ts'

type Props = {
  listing: Listing<unknown> | undefined
  after: string | null
  turn: (after: string | null) => void
  /** The list's name, for screen readers, which read the button alone. */
  name: string
}

/** Forward by cursor, back to the first page; the browser's Back goes one page back. */
export function PageTurn({ listing, after, turn, name }: Props) {
  const { t } = useTranslation()
  const next = listing?.pageInfo.hasNextPage === true ? listing.pageInfo.endCursor : null
  if (after === null && next === null) return null
  return (
    <Group gap="xs" mt="xs">
      {after === null ? null : (
        <Button size="compact-sm" variant="default" aria-label={`${t('first')}: ${name}`} onClick={() => turn(null)}>
          {t('first')}
        </Button>
      )}
      {next === null ? null : (
        <Button size="compact-sm" variant="default" aria-label={`${t('next')}: ${name}`} onClick={() => turn(next)}>
          {t('next')}
        </Button>
      )}
    </Group>
  )
}
