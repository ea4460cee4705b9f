// The buttons that act on a source.
import { Button, Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Credentials } from '../credentials.ts'
import { PAUSE_SOURCE, RESUME_SOURCE, RUN_SOURCE } from '../operations.ts'
import type { Source } from '../operations.ts'
import { Problem } from '../parts/problem.tsx'

type Props = { credentials: Credentials; source: Source; say: (text: string) => void }

/** Run now, and pause or resume. The lists are read again as soon as the hub has answered. */
export function SourceActions({ credentials, source, say }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const action = useMutation({
    mutationFn: async (name: 'run' | 'pause' | 'resume') => {
      const text = { run: RUN_SOURCE, pause: PAUSE_SOURCE, resume: RESUME_SOURCE }[name]
      const data = await credentials.ask<{ runSource?: unknown[] }>(text, { id: source.id })
      return t(`done.${name}`, { source: source.title, count: data.runSource?.length ?? 0 })
    },
    onSuccess: say,
    onSettled: () => client.invalidateQueries(),
  })
  const paused = source.state === 'PAUSED'
  const turn = paused ? 'resume' : 'pause'
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <Button
          size="compact-xs"
          variant="outline"
          data-action="run"
          aria-label={`${t('runNow')}: ${source.title}`}
          aria-disabled={action.isPending}
          onClick={() => action.isPending || action.mutate('run')}
        >
          {t('runNow')}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          data-action={turn}
          aria-label={`${t(turn)}: ${source.title}`}
          aria-disabled={action.isPending}
          onClick={() => action.isPending || action.mutate(turn)}
        >
          {t(turn)}
        </Button>
      </Group>
      {action.error === null ? null : <Problem error={action.error} title={t('error.action')} />}
    </>
  )
}
