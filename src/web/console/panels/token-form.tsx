// The form for a token where the hub issues none.
import { Button, Paper, PasswordInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

export function TokenForm({ refused, onToken }: { refused: boolean; onToken: (token: string) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  return (
    <Paper withBorder p="lg" className="token-form">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onToken(text)
        }}
      >
        <Title order={2} size="h4">
          {t('token.title')}
        </Title>
        <p>{t('token.hint')}</p>
        <PasswordInput
          label={t('token.label')}
          autoComplete="off"
          value={text}
          error={refused ? t('token.refused') : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" mt="md" disabled={text.trim() === ''}>
          {t('token.use')}
        </Button>
      </form>
    </Paper>
  )
}
