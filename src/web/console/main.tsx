// Starts the console in the browser.
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@mantine/core/styles.css'
import './console.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { prepareLanguage } from '../reader/language.ts'
import { Console } from './console.tsx'
import { openCredentials } from './credentials.ts'
import { TEXTS } from './texts.ts'
import { adoptTheme, theme } from './theme.ts'

adoptTheme()
await prepareLanguage(TEXTS)
const root = document.getElementById('page')
if (root === null) throw new Error('the page has no element #page')
// a failed poll is followed by the next one within seconds: no retries of its own
const client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })
createRoot(root).render(
  <MantineProvider theme={theme} forceColorScheme="light" withCssVariables={false} withGlobalClasses={false}>
    <QueryClientProvider client={client}>
      <Console credentials={openCredentials()} />
    </QueryClientProvider>
  </MantineProvider>,
)
