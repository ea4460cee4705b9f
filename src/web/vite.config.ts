// How the browser's pages are bundled.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type InlineConfig, type Plugin } from 'vite'
import type { PageName } from './page-names.ts'

/**
 * Drops the font faces that the editor's stylesheet embeds: its code font misplaces Vietnamese diacritics, and fonts in
 * `data:` addresses would need an exception in the page's policy. The pages bring fonts of their own.
 */
function withoutEmbeddedFonts(): Plugin {
  return {
    name: 'without-embedded-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!/graphiql[\\/]dist[\\/]style\.css/.test(id)) return null
      return code.replace(/@font-face\s*\{[^}]*\}/g, '')
    },
  }
}

/** How one page is bundled: absolute base `/<page>/`, nothing inlined (so that the page's policy can stay strict). */
export function pageConfig(page: PageName, outDir?: string): InlineConfig {
  return {
    configFile: false,
    root: fileURLToPath(new URL(`./${page}/`, import.meta.url)),
    base: `/${page}/`,
    publicDir: false,
    envDir: false,
    logLevel: 'warn',
    plugins: [withoutEmbeddedFonts(), react()],
    worker: { format: 'es' },
    build: {
      ...(outDir === undefined ? {} : { outDir }),
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 8192,
    },
  }
}

/** For the development server: `vite --config src/web/vite.config.ts --mode console`. */
export default defineConfig(({ mode }) => pageConfig(mode === 'console' ? 'console' : 'sandbox'))
