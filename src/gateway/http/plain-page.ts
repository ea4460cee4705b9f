// The pages that need no build, in Vietnamese and English, without script.
import { errorCatalogue, type ErrorEntry } from '../../access/error-catalogue.ts'

export const stylesheet = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { max-width: 44rem; margin: 10vh auto; padding: 0 1.5rem }
h1 { font-size: 1.6rem }
li { margin: 0.4rem 0 }
code { font-size: 0.95em }
.en { opacity: 0.75 }
`

function html(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${head}<title>${title}</title>
<link rel="stylesheet" href="/hub.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

const links = [
  ['/sandbox', 'Thử truy vấn', 'Sandbox: try operations'],
  ['/console', 'Bảng điều khiển các nguồn', 'Console: sources and their runs'],
  ['/graphql', 'Điểm truy cập GraphQL', 'GraphQL endpoint'],
  ['/docs/errors', 'Mã lỗi: ai xử lý, làm gì', 'Error codes: who acts, what to do'],
  ['/health/ready', 'Sẵn sàng hay chưa', 'Readiness'],
  ['/metrics', 'Số đo (cần operation:read)', 'Metrics (needs operation:read)'],
] as const

export function indexPage(): string {
  const items = links.map(
    ([path, vi, en]) => `<li><a href="${path}">${path}</a> — ${vi} <span class="en" lang="en">· ${en}</span></li>`,
  )
  const body = `<h1>Trục dữ liệu tỉnh <span class="en" lang="en">· Provincial data hub</span></h1>\n<ul>\n${items.join('\n')}\n</ul>`
  return html('Trục dữ liệu tỉnh', '', body)
}

/** A page that reloads every three seconds until the built one is ready. */
export function preparingPage(name: string): string {
  const body = `<h1>Trang <code>/${name}</code> đang được chuẩn bị…</h1>
<p>Trang này tự tải lại.</p>
<p class="en" lang="en">The page is being prepared; this one reloads by itself.</p>`
  return html('Đang chuẩn bị…', '<meta http-equiv="refresh" content="3">\n', body)
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
const both = ({ vi, en }: ErrorEntry['meaning']): string =>
  `${escaped(vi)} <span class="en" lang="en">· ${escaped(en)}</span>`

/** Every error code with an anchor of its name, as `extensions.docs` of an error links to it. */
export function errorsPage(): string {
  const sections = Object.entries<ErrorEntry>(errorCatalogue).map(
    ([code, { meaning, whoActs, remedy }]) => `<section id="${code}">
<h2><code>${code}</code></h2>
<p>${both(meaning)}</p>
<ul>
<li>Ai xử lý <span class="en" lang="en">· Who acts</span>: ${both(whoActs)}</li>
<li>Làm gì <span class="en" lang="en">· What to do</span>: ${both(remedy)}</li>
</ul>
</section>`,
  )
  const heading = `<h1>Mã lỗi <span class="en" lang="en">· Error codes</span></h1>`
  return html('Mã lỗi', '', [heading, ...sections].join('\n'))
}
