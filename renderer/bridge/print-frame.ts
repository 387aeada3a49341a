/**
 * Prints a self-contained HTML document through the browser's own dialog. The page's policy allows neither scripts nor style
 * text from elsewhere, and a frame inherits it: so the document is parsed without running anything, its scripts are left out, and
 * its style text is given to the frame as constructed style sheets, which the policy does allow.
 */
export async function printHtml(document: Document, html: string): Promise<void> {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const css = [...parsed.querySelectorAll('style')].map((style) => style.textContent ?? '').join('\n');
  for (const unwanted of parsed.querySelectorAll('script, style, link, meta, base, iframe, object, embed')) unwanted.remove();

  const frame = document.createElement('iframe');
  frame.setAttribute('aria-hidden', 'true');
  frame.title = 'Report to print';
  frame.className = 'print-frame';
  document.body.append(frame);
  const inner = frame.contentDocument;
  const view = frame.contentWindow as (Window & { CSSStyleSheet: typeof CSSStyleSheet }) | null;
  if (inner === null || view === null) throw new Error('the browser gave no frame to print from');
  inner.title = parsed.title;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(css);
  inner.adoptedStyleSheets = [sheet];
  inner.documentElement.lang = parsed.documentElement.lang;
  inner.body.className = parsed.body.className;
  inner.body.replaceChildren(...[...parsed.body.childNodes].map((node) => inner.importNode(node, true)));
  await new Promise((resolve) => setTimeout(resolve, 50));
  view.focus();
  view.print();
  setTimeout(() => frame.remove(), 60_000);
}
