// Starts the sandbox in the browser.
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import 'graphiql/style.css'
import './sandbox.css'
import 'graphiql/setup-workers/vite'
import { createRoot } from 'react-dom/client'
import { prepareLanguage } from '../reader/language.ts'
import { Sandbox } from './sandbox.tsx'
import { openCaller } from './caller.ts'
import { fromHash } from './share/share-link.ts'
import { TEXTS } from './texts.ts'

await prepareLanguage(TEXTS)
const shared = fromHash(location.hash)
const root = document.getElementById('page')
if (root === null) throw new Error('the page has no element #page')
createRoot(root).render(<Sandbox caller={openCaller(shared?.role ?? null)} shared={shared} />)
